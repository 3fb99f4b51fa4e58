import type { ComparisonRow } from '../../../operators/evaluation/comparison/compare-scores.ts';
import { metricOf } from '../../../operators/evaluation/metrics/metric-names.ts';
import { counted } from '../../../operators/message-words.ts';
import { dataTable, type PageCell, rangedCell } from '../../page/data-table.ts';
import { markup, type Markup } from '../../page/markup.ts';
import { shownInterval, shownValue } from '../../page/shown-number.ts';
import { withCode } from '../../page/with-code.ts';
import { someOf } from '../figures/most.ts';
import type { ReportEvaluation, ReportMaterial } from '../material/material.ts';
import type { ReportSection } from '../material/report-section.ts';
import { bestPair, type BestPair } from './best-pair.ts';
import { unmeasured } from './unmeasured.ts';

/** Which loss separates better, and by how much. */
export const headlineSection: ReportSection = {
  title: 'In one sentence',
  shows: 'which loss separates the classes better, and by how much',
  command: 'sincere evaluate --train TRAIN --test TEST --out EVAL',
  draw: async (material, { isLive = false }) => {
    const sentence = headlineOf(material, isLive);
    return {
      body: markup`${sentence}
${glance(material.evaluations)}`,
    };
  },
};

function headlineOf(material: ReportMaterial, isLive: boolean): Markup {
  const pair = material.paired === undefined ? undefined : bestPair(material.paired);
  if (pair !== undefined) return ofPair(pair, material.paired!.rows);
  const [first, ...others] = material.evaluations;
  if (first === undefined) return unmeasured(material, isLive);
  const sentences = [first, ...others].slice(0, mostSentences).map(ofOne);
  return markup`${sentences}${uncompared(others.length, material.paired !== undefined)}`;
}

/** Most evaluations that have a sentence each. */
const mostSentences = 4;

function uncompared(others: number, arePaired: boolean): Markup {
  if (others === 0) return markup``;
  return arePaired
    ? markup`<p>There is nothing to compare: they are of the same weights, or share no measure of how well classes are separated.</p>`
    : markup`<p>They could not be compared image by image: compare evaluations of one set of test images.</p>`;
}

function ofPair(pair: BestPair, rows: readonly ComparisonRow[]): Markup {
  const { better, worse, metric, images, runs } = pair;
  const { unit, better: direction } = metricOf(metric)!;
  const shown = (value: number | null): string => shownValue(value, unit);
  const interval = shownInterval(pair.low, pair.high, shown)!;
  const values = `${shown(pair.betterValue)} against ${shown(pair.worseValue)}`;
  const name = metricWords[metric] ?? metric;
  const more = direction === 'lower' ? 'lower' : 'higher';
  const measured = counted(images, 'test image');
  const sentence = pair.isSignificant
    ? markup`<strong>${better} separates the classes better than ${worse}</strong>: its ${name} is ${shown(pair.difference)} ${more}, ${values} (95 % interval of the difference ${interval}, ${measured}).`
    : markup`<strong>${better} and ${worse} cannot be told apart</strong>: the difference of their ${name} is ${shown(pair.difference)}, ${values}, and its 95 % interval, ${interval}, includes 0 (${measured}).`;
  return markup`<p class="headline">${sentence}</p>
${elsewhere(pair, rows)}
<p class="muted">${withCode(explained(metric))} ${overRuns(runs, pair)}</p>`;
}

/** What the other numbers of the table say of the pair: one measure alone is a narrow view. */
function elsewhere(
  { better, worse, metric, isSignificant }: BestPair,
  rows: readonly ComparisonRow[],
): Markup {
  const others = rows.filter(
    (row) =>
      [row.baseline, row.model].every((name) => name === better || name === worse) &&
      row.metric !== metric &&
      isGlanced(row.metric) &&
      row.significant !== null &&
      row.difference !== null,
  );
  if (others.length === 0) return markup``;
  const ahead = (name: string, words: string): readonly string[] => {
    const won = others.filter((row) => row.significant === true && winner(row) === name);
    return won.length === 0 ? [] : [`${name} is ${words} by ${won.map(numbersOf).join(', ')}`];
  };
  const found = [
    ...ahead(better, isSignificant ? 'also better' : 'better'),
    ...ahead(worse, 'better'),
  ];
  return found.length === 0
    ? markup`<p>By none of the other numbers of the table can they be told apart.</p>`
    : markup`<p>${found.join('; ')}: more than the choice of test images explains.</p>`;
}

/** A number of both, that of the winner first. */
function numbersOf(row: ComparisonRow): string {
  const { unit } = metricOf(row.metric) ?? {};
  const both = [row.baselineValue, row.modelValue].map((value) => shownValue(value, unit));
  const [first, second] = winner(row) === row.baseline ? both : both.toReversed();
  return `${headingOf(row.metric)} (${first!} against ${second!})`;
}

function winner({ metric, difference, model, baseline }: ComparisonRow): string {
  const isHigher = difference! > 0;
  return isHigher === (metricOf(metric)?.better !== 'lower') ? model : baseline;
}

function overRuns(runs: number, { runsLow, runsHigh, metric }: BestPair): string {
  if (runs < 2) {
    return 'The interval is over the choice of test images; each was trained once, and how much training again would change is not in it.';
  }
  const unit = metricOf(metric)?.unit;
  const interval = shownInterval(runsLow, runsHigh, (value) => shownValue(value, unit));
  return `Means of ${runs} training runs each; over training runs the interval of the difference is ${interval ?? 'not known'}.`;
}

/** What a number is, in a sentence that a stranger understands. */
function explained(metric: string): string {
  if (metric === 'margin') {
    return (
      'The margin is the median similarity of test images to the nearest training image of their own class, minus that to the nearest ' +
      'of another class: above 0 the own class is nearer.'
    );
  }
  return metricOf(metric)!.doc;
}

const metricWords: Readonly<Record<string, string>> = {
  margin: 'margin',
  class_mean_accuracy: 'accuracy by the nearest class mean',
  knn1_accuracy: '1-NN accuracy',
};

function ofOne({ label, metrics, summary }: ReportEvaluation): Markup {
  const nearest = metrics.get('knn1_accuracy') ?? metrics.get('precision_at_1');
  const margin = metrics.get('margin');
  const images = counted(summary.scored, 'test image');
  if (nearest?.value === null || nearest === undefined) {
    return markup`<p class="headline"><strong>${label}</strong> was measured on ${images}.</p>`;
  }
  const interval = shownInterval(nearest.ciLow, nearest.ciHigh, (value) =>
    shownValue(value, 'share'),
  );
  const separated =
    margin?.value === null || margin === undefined
      ? ''
      : ` Its margin is ${shownValue(margin.value)}${inBrackets(shownInterval(margin.ciLow, margin.ciHigh))}: own class minus other class, in median similarity.`;
  return markup`<p class="headline"><strong>Of ${images}, ${label} puts ${shownValue(nearest.value, 'share')} nearest to a training image of their own class</strong>${inBrackets(interval)}.${separated}</p>`;
}

function inBrackets(interval: string | undefined): string {
  return interval === undefined ? '' : ` (95 % interval ${interval})`;
}

/** Numbers that a person looks at first. */
const glanced = ['margin', 'knn1_accuracy', 'knn5_accuracy', 'class_mean_accuracy', 'map_at_r'];

const headings: Readonly<Record<string, string>> = {
  margin: 'margin',
  knn1_accuracy: '1-NN accuracy',
  knn5_accuracy: '5-NN accuracy',
  class_mean_accuracy: 'nearest class mean',
  map_at_r: 'MAP@R',
};

const isGlanced = (name: string): boolean => glanced.includes(name) || isProbe(name);

const isProbe = (name: string): boolean => /^probe_.*_top1$/u.test(name);

const headingOf = (name: string): string => headings[name] ?? probeHeading(name);

function glance(evaluations: readonly ReportEvaluation[]): Markup {
  if (evaluations.length === 0) return markup``;
  const probes = evaluations.flatMap(({ metrics }) => [...metrics.keys()].filter(isProbe));
  const names = [...glanced, ...new Set(probes)].filter((name) =>
    evaluations.some(({ metrics }) => metrics.has(name)),
  );
  const table = dataTable({
    caption: 'At a glance, each number with its 95 % interval over the choice of test images',
    columns: [
      { heading: 'encoder' },
      ...names.map((name) => ({ heading: headingOf(name), isNumber: true })),
    ],
    rows: evaluations.slice(0, mostRows).map((one) => glanceRow(one, names)),
  });
  return markup`${table}${leftOut(evaluations.slice(mostRows))}`;
}

function leftOut(evaluations: readonly ReportEvaluation[]): Markup {
  if (evaluations.length === 0) return markup``;
  const left = counted(evaluations.length, 'evaluation is', 'evaluations are');
  const names = someOf(evaluations.map(({ name }) => name));
  return markup`<p class="muted">${left} not in the table: ${names}. Their numbers are in the <code>summary.json</code> of each; give fewer folders to see them here.</p>`;
}

/** Most encoders of the table. */
const mostRows = 24;

function probeHeading(name: string): string {
  return `linear probe ${name.slice('probe_'.length, -'_top1'.length)}`;
}

function glanceRow({ label, metrics }: ReportEvaluation, names: readonly string[]): PageCell[] {
  const cells = names.map((name) => {
    const metric = metrics.get(name);
    const shown = (value: number | null): string => shownValue(value, metricOf(name)?.unit);
    const interval = shownInterval(metric?.ciLow, metric?.ciHigh, shown);
    return rangedCell(shown(metric?.value ?? null), interval);
  });
  return [label, ...cells];
}
