import { counted, cutText } from '../../../operators/message-words.ts';
import { confusionChart, mostClasses } from '../../charts/confusion-chart.ts';
import { fontSize } from '../../charts/chart-style.ts';
import { fittedText } from '../../charts/text-width.ts';
import { intervalChart } from '../../charts/interval-chart.ts';
import { dataTable } from '../../page/data-table.ts';
import { markup, type Markup } from '../../page/markup.ts';
import { shownNumber, shownShare } from '../../page/shown-number.ts';
import { chartFigure, type ChartPanel, figureStyle } from '../figures/chart-figure.ts';
import { firstOf } from '../figures/most.ts';
import { seriesPlaces } from '../figures/series-places.ts';
import { withFile } from '../figures/with-file.ts';
import type { ReportEvaluation } from '../material/material.ts';
import type { ReportSection } from '../material/report-section.ts';
import {
  type Confusion,
  type ConfusedPair,
  confusionName,
  mistakes,
  readConfusion,
} from '../tables/read-confusion.ts';

const mostEvaluations = 3;
const mostPairs = 20;
const mostRows = 10;

interface Confused {
  readonly evaluation: ReportEvaluation;
  readonly place: number;
  readonly confusion: Confusion;
}

/** What classes are taken for: a matrix, or of many classes the pairs that are confused most. */
export const confusionSection: ReportSection = {
  title: 'What is taken for what',
  shows: 'which classes are confused with which',
  command: 'sincere evaluate --train TRAIN --test TEST --out EVAL',
  draw: async (material, context) => {
    const places = seriesPlaces(material);
    const there = await withFile(material.evaluations, confusionName, context);
    const found: Confused[] = [];
    for (const evaluation of firstOf(there, mostEvaluations, 'The confusions', context)) {
      const confusion = await readConfusion(evaluation.path);
      if (confusion !== undefined)
        found.push({ evaluation, place: places.evaluation(evaluation), confusion });
    }
    if (found.length === 0) return undefined;
    const isMatrix = found.every(({ confusion }) => confusion.classes.length <= mostClasses);
    const sources = [...new Set(found.map(({ confusion }) => confusion.source))].join(', ');
    const figure = await chartFigure({
      panels: found.map((one) => (isMatrix ? matrix(one) : worstPairs(one))),
      caption: isMatrix ? matrixCaption(sources) : pairsCaption(sources, found),
      files: found.map(({ evaluation: { name } }) => `${name}/${confusionName}`),
    });
    return {
      body: markup`${figure}\n<div class="panels">\n${pairTables(found)}\n</div>`,
      styles: [figureStyle],
    };
  },
};

function matrixCaption(sources: string): string {
  return (
    `Rows are classes of test images, columns what ${sources} takes them for, in per cent of the row. Good: a green diagonal and ` +
    'nothing beside it. A pair that is red in both directions is two classes that look alike, or one that was labelled in two ways.'
  );
}

function pairsCaption(sources: string, found: readonly Confused[]): string {
  const classes = Math.max(...found.map(({ confusion }) => confusion.classes.length));
  return (
    `The pairs of classes that ${sources} confuses most, of ${counted(classes, 'class', 'classes')}: the share of the test images of the ` +
    'first that are taken for the second. Good: short bars. A pair in both directions is two classes that look alike, or one that was ' +
    'labelled in two ways.'
  );
}

function matrix({ evaluation, confusion }: Confused): ChartPanel {
  const places = new Map(confusion.classes.map((name, at) => [name, at]));
  const chart = confusionChart({
    classes: confusion.classes,
    cells: confusion.pairs.map(({ class: name, predicted, share }) => ({
      class: places.get(name)!,
      predicted: places.get(predicted)!,
      share,
    })),
  });
  return {
    chart,
    name: evaluation.label,
    title: `Classes by what they are taken for: ${evaluation.label}`,
    description: described(confusion),
  };
}

function worstPairs({ evaluation, place, confusion }: Confused): ChartPanel {
  const shown = mistakes(confusion.pairs).slice(0, mostPairs);
  const top = Math.max(0.01, ...shown.map(({ share }) => share));
  return {
    chart: intervalChart({
      x: { title: 'of the images of the class', domain: [0, top], unit: 'share', ticks: 4 },
      places: [place],
      nameRoom: 2 * room + 25,
      rows: shown.map(({ class: name, predicted, share }) => ({
        name: `${shortName(name)} → ${shortName(predicted)}`,
        intervals: [{ value: share, low: 0, high: share }],
      })),
    }),
    name: evaluation.label,
    title: `Pairs of classes that are confused most: ${evaluation.label}`,
    description: described(confusion),
  };
}

/** Room for the name of a class of a pair, so that both are seen. */
const room = 92;

function shortName(name: string): string {
  return fittedText(name, fontSize.label, room);
}

function described({ pairs }: Confusion): string {
  const worst = mistakes(pairs).slice(0, 5).map(pairWords);
  const [right, all] = [pairs.filter((pair) => pair.class === pair.predicted), pairs].map((some) =>
    some.reduce((sum, { images }) => sum + images, 0),
  );
  const rest =
    worst.length === 0
      ? 'There are no mistakes.'
      : `The most frequent mistakes: ${worst.join('; ')}.`;
  return `${shownNumber(right)} of ${shownNumber(all)} images are right. ${rest}`;
}

function pairWords({ class: name, predicted, images, share }: ConfusedPair): string {
  return `${shownNumber(images)} of ${cutText(name, 40)} taken for ${cutText(predicted, 40)} (${shownShare(share)})`;
}

/** The most frequent mistakes of each, as numbers. */
function pairTables(found: readonly Confused[]): readonly Markup[] {
  return found.map(({ evaluation, confusion }) => {
    const shown = mistakes(confusion.pairs).slice(0, mostRows);
    if (shown.length === 0) return markup`<p>${evaluation.label} makes no mistake.</p>`;
    return dataTable({
      caption: `${evaluation.label}: the ${counted(shown.length, 'most frequent mistake', 'most frequent mistakes')} (${confusion.source})`,
      columns: [
        { heading: 'class' },
        { heading: 'taken for' },
        { heading: 'images', isNumber: true },
        { heading: 'of the class', isNumber: true },
      ],
      rows: shown.map(({ class: name, predicted, images, share }) => [
        cutText(name, 120),
        cutText(predicted, 120),
        shownNumber(images),
        shownShare(share),
      ]),
    });
  });
}
