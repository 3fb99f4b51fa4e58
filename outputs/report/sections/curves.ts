import { cutText } from '../../../operators/message-words.ts';
import type { AxisOptions } from '../../charts/frame.ts';
import { lineChart, type LineSeries } from '../../charts/line-chart.ts';
import { simplified } from '../../charts/simplified.ts';
import { markup } from '../../page/markup.ts';
import { shownNumber } from '../../page/shown-number.ts';
import { chartFigure, type ChartPanel, figureStyle } from '../figures/chart-figure.ts';
import { firstOf } from '../figures/most.ts';
import { seriesPlaces } from '../figures/series-places.ts';
import { withFile } from '../figures/with-file.ts';
import type { ReportEvaluation } from '../material/material.ts';
import type { ReportSection } from '../material/report-section.ts';
import {
  type ClassMetrics,
  evaluationName,
  readClassMetrics,
} from '../tables/read-class-metrics.ts';
import { type CurveKind, type CurvePoints, curvesName, readCurves } from '../tables/read-curves.ts';

const mostEvaluations = 10;

/** Evaluations and classes that have curves of each class as well. */
const most = { evaluations: 2, classes: 30 } as const;

/** Distance from a curve that its drawing may have, of a plot of side 1: less than a pixel. */
const tolerance = 0.001;

const share = { domain: [0, 1], unit: 'share' } as const;

/** Kinds of curves, with their axes, their area and the line of a guess. */
const kinds: Readonly<
  Record<
    CurveKind,
    {
      readonly name: string;
      readonly x: AxisOptions;
      readonly y: AxisOptions;
      readonly area: string;
      readonly guess: readonly [readonly [number, number], readonly [number, number]];
    }
  >
> = {
  roc: {
    name: 'ROC',
    x: { ...share, title: 'other classes taken for the own' },
    y: { ...share, title: 'own class recognised' },
    area: 'auc',
    guess: [
      [0, 0],
      [1, 1],
    ],
  },
  precision_recall: {
    name: 'Precision and recall',
    x: { ...share, title: 'recall: own class recognised' },
    y: { ...share, title: 'precision: of those taken, right' },
    area: 'average_precision',
    // As many similarities to the own class as to others.
    guess: [
      [0, 0.5],
      [1, 0.5],
    ],
  },
};

interface Curves {
  readonly evaluation: ReportEvaluation;
  readonly place: number;
  readonly curves: Readonly<Record<CurveKind, ReadonlyMap<string | null, CurvePoints>>>;
  readonly classes: ReadonlyMap<string, ClassMetrics>;
}

/** ROC and precision-recall of telling the own class from others by a threshold of similarity. */
export const curvesSection: ReportSection = {
  title: 'ROC and precision-recall',
  shows: 'how well a threshold of similarity tells the own class from others',
  command: 'sincere evaluate --train TRAIN --test TEST --out EVAL',
  draw: async (material, context) => {
    const places = seriesPlaces(material);
    const there = await withFile(material.evaluations, curvesName, context);
    const found: Curves[] = [];
    for (const evaluation of firstOf(there, mostEvaluations, 'ROC and precision-recall', context)) {
      const classes = await readClassMetrics(evaluation.path, ['auc', 'average_precision']);
      const isDetailed = found.length < most.evaluations && classes.size <= most.classes;
      const curves = await readCurves(evaluation.path, (name) => name === null || isDetailed);
      const isThere = curves.roc.has(null) || curves.precision_recall.has(null);
      if (isThere)
        found.push({ evaluation, place: places.evaluation(evaluation), curves, classes });
    }
    if (found.length === 0) return undefined;
    const panels = kindNames.map((kind) => overall(kind, found));
    const byClass = found.flatMap((one) => kindNames.flatMap((kind) => ofClasses(kind, one)));
    const files = found.flatMap(({ evaluation: { name } }) =>
      [curvesName, evaluationName].map((file) => `${name}/${file}`),
    );
    const figure = await chartFigure({
      legend: found.map(({ evaluation, place }) => ({ name: evaluation.label, place })),
      panels: [...panels, ...byClass],
      caption: caption(byClass.length > 0),
      files,
    });
    return { body: markup`${figure}`, styles: [figureStyle] };
  },
};

const kindNames = ['roc', 'precision_recall'] as const;

function caption(hasClasses: boolean): string {
  return (
    'A threshold of the similarity to the nearest training image is to tell those of the own class from those of others. Good: a ' +
    'curve that keeps to the upper left corner (ROC), or to the top (precision and recall), and an area near 1; the dotted line is ' +
    `a guess.${hasClasses ? ' Faint lines are single classes.' : ''} Drawn to within a thousandth of the side of the plot.`
  );
}

function overall(kind: CurveKind, all: readonly Curves[]): ChartPanel {
  const { name, x, y, area, guess } = kinds[kind];
  const series = all.flatMap(({ place, curves }) => seriesOf(curves[kind].get(null), place, false));
  const areas = all.map(
    ({ evaluation: { label, metrics } }) => `${label} ${shownNumber(metrics.get(area)?.value)}`,
  );
  return {
    chart: lineChart({ x, y, series, reference: guess, height: 280 }),
    name: `${name}, all classes`,
    title: `${name} over all classes`,
    description: `Area under the curve: ${areas.join(', ')}.`,
  };
}

function ofClasses(
  kind: CurveKind,
  { evaluation, place, curves, classes }: Curves,
): readonly ChartPanel[] {
  const ofKind = [...curves[kind]].filter(([name]) => name !== null);
  if (ofKind.length < 2) return [];
  const { name, x, y, area, guess } = kinds[kind];
  const series = [
    ...ofKind.flatMap(([, points]) => seriesOf(points, place, true)),
    ...seriesOf(curves[kind].get(null), place, false),
  ];
  const areas = Array.from(classes, ([one, metrics]) => ({
    one,
    value: metrics.get(area)?.value ?? null,
  }))
    .filter(({ value }) => value !== null)
    .sort((a, b) => a.value! - b.value!);
  const least = areas
    .slice(0, 3)
    .map(({ one, value }) => `${cutText(one, 40)} ${shownNumber(value)}`);
  return [
    {
      chart: lineChart({ x, y, series, reference: guess, height: 280 }),
      name: `${name}, each class: ${evaluation.label}`,
      title: `${name} of each class: ${evaluation.label}`,
      description: `The smallest areas under the curve: ${least.join(', ')}.`,
    },
  ];
}

function seriesOf(
  points: CurvePoints | undefined,
  place: number,
  faint: boolean,
): readonly LineSeries[] {
  return points === undefined ? [] : [{ points: simplified(points, tolerance), place, faint }];
}
