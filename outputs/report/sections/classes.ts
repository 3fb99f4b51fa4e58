import { counted, cutText } from '../../../operators/message-words.ts';
import { isThere } from '../../../operators/files/system-error.ts';
import path from 'node:path';
import { intervalChart } from '../../charts/interval-chart.ts';
import { dataTable, type PageCell, rangedCell } from '../../page/data-table.ts';
import { markup } from '../../page/markup.ts';
import { shownInterval, shownNumber, shownShare } from '../../page/shown-number.ts';
import { chartFigure, figureStyle } from '../figures/chart-figure.ts';
import { firstOf } from '../figures/most.ts';
import { seriesPlaces } from '../figures/series-places.ts';
import { withFile } from '../figures/with-file.ts';
import type { ReportEvaluation, ReportMetric } from '../material/material.ts';
import type { ReportSection } from '../material/report-section.ts';
import {
  type ClassMetrics,
  evaluationName,
  readClassMetrics,
} from '../tables/read-class-metrics.ts';
import { confusionName, mistakes, readConfusion } from '../tables/read-confusion.ts';

const mostEvaluations = 4;
const mostClasses = 15;

interface Measured {
  readonly evaluation: ReportEvaluation;
  readonly place: number;
  readonly metric: string;
  readonly classes: ReadonlyMap<string, ClassMetrics>;
  /** What each class is taken for most, in words. */
  readonly takenFor: ReadonlyMap<string, string>;
}

/** The classes with the lowest accuracy, and what they are taken for. */
export const classesSection: ReportSection = {
  title: 'Classes in trouble',
  shows: 'which classes are recognised worst, and what they are taken for',
  command: 'sincere evaluate --train TRAIN --test TEST --out EVAL',
  draw: async (material, context) => {
    const places = seriesPlaces(material);
    const there = await withFile(material.evaluations, evaluationName, context);
    const found: Measured[] = [];
    for (const evaluation of firstOf(there, mostEvaluations, 'The classes in trouble', context)) {
      const metric = accuracyOf(evaluation);
      if (metric === undefined) continue;
      const classes = await readClassMetrics(evaluation.path, [metric]);
      const takenFor = await readTakenFor(evaluation.path);
      found.push({ evaluation, place: places.evaluation(evaluation), metric, classes, takenFor });
    }
    const rows = lowestClasses(found);
    if (rows.shown.length === 0) return undefined;
    return { body: await bodyOf(rows, found), styles: [figureStyle] };
  },
};

/** The accuracy of the vote of the most neighbours, else that of class means. */
function accuracyOf({ metrics }: ReportEvaluation): string | undefined {
  const votes = [...metrics.keys()].filter((name) => /^knn\d+_accuracy$/u.test(name));
  const [largest] = votes.sort(
    (a, b) => Number.parseInt(b.slice(3), 10) - Number.parseInt(a.slice(3), 10),
  );
  return largest ?? (metrics.has('class_mean_accuracy') ? 'class_mean_accuracy' : undefined);
}

async function readTakenFor(evaluation: string): Promise<ReadonlyMap<string, string>> {
  if (!(await isThere(path.join(evaluation, confusionName)))) return new Map();
  const wrong = mistakes((await readConfusion(evaluation))?.pairs ?? []);
  const words = new Map<string, string[]>();
  for (const { class: name, predicted, images } of wrong) {
    const some = words.get(name) ?? [];
    words.set(name, some);
    if (some.length < 3) some.push(`${cutText(predicted, 60)} (${shownNumber(images)})`);
  }
  return new Map(Array.from(words, ([name, some]) => [name, some.join(', ')]));
}

interface LowestClasses {
  readonly shown: readonly string[];
  readonly all: number;
}

/** Classes by their mean accuracy over the evaluations, lowest first; of equals the first by name. */
function lowestClasses(found: readonly Measured[]): LowestClasses {
  const values = new Map<string, number[]>();
  for (const { classes, metric } of found) {
    for (const [name, metrics] of classes) {
      const value = metrics.get(metric)?.value ?? null;
      if (value !== null) values.set(name, [...(values.get(name) ?? []), value]);
    }
  }
  const means = Array.from(values, ([name, some]) => {
    const mean = some.reduce((sum, value) => sum + value, 0) / some.length;
    return { name, mean };
  });
  const sorted = means.sort((a, b) => a.mean - b.mean || (a.name < b.name ? -1 : 1));
  return { shown: sorted.slice(0, mostClasses).map(({ name }) => name), all: means.length };
}

async function bodyOf({ shown, all }: LowestClasses, found: readonly Measured[]) {
  const metrics = [...new Set(found.map(({ metric }) => metric))].join(', ');
  const some =
    all > shown.length
      ? `The ${shown.length} with the lowest accuracy, of ${counted(all, 'class', 'classes')}`
      : 'All classes';
  const figure = await chartFigure({
    legend: found.map(({ evaluation, place }) => ({
      name: evaluation.label,
      place,
      isLine: false,
    })),
    panels: [
      {
        title: 'Accuracy of the classes that are recognised worst',
        description: shown
          .slice(0, 5)
          .map(
            (name) =>
              `${cutText(name, 40)}: ${found.map((one) => accuracyWords(name, one)).join(', ')}`,
          )
          .join('; '),
        chart: intervalChart({
          x: {
            title: `accuracy (${metrics.replaceAll('_accuracy', '')})`,
            domain: [0, 1],
            unit: 'share',
            ticks: 4,
          },
          places: found.map(({ place }) => place),
          rows: shown.map((name) => ({
            name,
            intervals: found.map((one) => intervalOf(metricOf(name, one))),
          })),
        }),
      },
    ],
    caption: `${some}, lowest first, with 95 % intervals over the choice of test images. Good: dots at the right. A wide bar means few test images: the number says little then.`,
    files: found.map(({ evaluation: { name } }) => `${name}/${evaluationName}`),
  });
  return markup`${figure}\n${tableOf(shown, found)}`;
}

function metricOf(name: string, { classes, metric }: Measured): ReportMetric | undefined {
  return classes.get(name)?.get(metric);
}

function intervalOf(metric: ReportMetric | undefined) {
  const { value = null, ciLow = null, ciHigh = null } = metric ?? {};
  return value === null ? undefined : { value, low: ciLow, high: ciHigh };
}

function accuracyWords(name: string, one: Measured): string {
  return `${one.evaluation.label} ${shownShare(metricOf(name, one)?.value)}`;
}

function tableOf(shown: readonly string[], found: readonly Measured[]) {
  return dataTable({
    caption:
      'Their accuracy, the number of their test images, and what they are taken for most (images)',
    columns: [
      { heading: 'class' },
      ...found.flatMap(({ evaluation: { label } }) => [
        { heading: label, isNumber: true },
        { heading: `${label}: taken for` },
      ]),
      { heading: 'test images', isNumber: true },
    ],
    rows: shown.map((name): PageCell[] => [
      cutText(name, 120),
      ...found.flatMap((one): PageCell[] => {
        const { value = null, ciLow, ciHigh } = metricOf(name, one) ?? {};
        const interval = shownInterval(ciLow, ciHigh, shownShare);
        return [rangedCell(shownShare(value), interval), one.takenFor.get(name) ?? '–'];
      }),
      shownNumber(found.map((one) => metricOf(name, one)?.n).find((n) => n !== undefined)),
    ]),
  });
}
