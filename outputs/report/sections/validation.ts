import { metricOf } from '../../../operators/evaluation/metrics/metric-names.ts';
import {
  betterOf,
  bestMetricNames,
  type BestMetricName,
  type ValidationMetricName,
} from '../../run/validation-columns.ts';
import { downsampled } from '../../charts/downsampled.ts';
import { lineChart } from '../../charts/line-chart.ts';
import { markup } from '../../page/markup.ts';
import { shownNumber, shownValue } from '../../page/shown-number.ts';
import { chartFigure, type ChartPanel, figureStyle } from '../figures/chart-figure.ts';
import { firstOf } from '../figures/most.ts';
import { mostPoints } from '../figures/run-lines.ts';
import { seriesPlaces } from '../figures/series-places.ts';
import { stepAxis } from '../figures/step-axis.ts';
import { axisWords, type StepQuantity, valueAxis } from '../figures/value-axis.ts';
import type { ReportSection } from '../material/report-section.ts';
import { readLogsOfRuns } from '../tables/read-logs-of-runs.ts';
import { logNames } from '../tables/read-run-logs.ts';

const mostRuns = 10;

/** Validations that are few enough for a dot each. */
const mostDots = 60;

/** What validations measured, in the order of the page. */
const measures = {
  knn5_accuracy: { title: 'accuracy of 5 nearest', unit: 'share' },
  knn1_accuracy: { title: 'accuracy of the nearest', unit: 'share' },
  class_mean_accuracy: { title: 'accuracy by class means', unit: 'share' },
  accuracy: { title: 'accuracy of the classifier', unit: 'share' },
  loss: { title: 'loss of held-out images (nats)' },
  margin: { title: 'margin of medians (cosine)' },
  effective_rank: { title: 'effective rank (directions)', isFromZero: true },
  nc1_variability: { title: 'NC1: spread within classes' },
} as const satisfies Partial<Record<ValidationMetricName, StepQuantity>>;

interface Validated {
  readonly label: string;
  readonly place: number;
  readonly columns: ReadonlyMap<string, Float64Array>;
}

/** Validations during training, all runs in one plot, the best of each marked. */
export const validationSection: ReportSection = {
  title: 'Validation during training',
  shows: 'how well held-out images did as training went on',
  command: 'sincere train DATA --out RUN --validate HELD-OUT',
  draw: async (material, context) => {
    const places = seriesPlaces(material);
    const logs = await readLogsOfRuns(
      material.runs,
      { log: 'validation', columns: ['step', ...Object.keys(measures)] },
      context,
    );
    const validated = logs.map(({ run, log }) => ({
      label: run.label,
      name: run.name,
      place: places.run(run),
      columns: log.columns,
    }));
    const runs = firstOf(validated, mostRuns, 'The validations', context);
    const panels = Object.entries(measures).flatMap(([name, quantity]) =>
      panelOf(name, quantity, runs),
    );
    if (panels.length === 0) return undefined;
    const figure = await chartFigure({
      legend: runs.map(({ label, place }) => ({ name: label, place })),
      panels,
      caption:
        'Measured on held-out images while training went on; a ring marks the best of each run by that measure. Good: accuracies rise ' +
        'and level off. Where they fall again while the loss of training still falls, the run learns its images by heart: take the ' +
        `best checkpoint. ${axisWords} The measures are those of \`evaluate\`, under the same names.`,
      files: runs.map(({ name }) => `${name}/${logNames.validation}`),
    });
    return { body: markup`${figure}`, styles: [figureStyle] };
  },
};

function panelOf(
  name: string,
  quantity: StepQuantity,
  runs: readonly Validated[],
): readonly ChartPanel[] {
  const lines = runs.flatMap(({ label, place, columns }) => {
    const [step, values] = [columns.get('step'), columns.get(name)];
    // A measure that a run has not is NaN throughout.
    const isThere = step !== undefined && values?.some((value) => Number.isFinite(value));
    return isThere === true
      ? [{ label, place, step, values: values!, best: bestOf(name, values!) }]
      : [];
  });
  if (lines.length === 0) return [];
  const chart = lineChart({
    x: stepAxis(lines),
    y: valueAxis(
      quantity,
      lines.map(({ values }) => values),
    ),
    series: lines.map(({ place, step, values, best }) => ({
      place,
      points: downsampled({ x: step, y: values }, mostPoints.raw),
      dots: values.length <= mostDots,
      ...(best === undefined ? {} : { marked: [step[best]!, values[best]!] as const }),
    })),
  });
  const unit = quantity.unit ?? metricOf(name)?.unit;
  const description = lines.map(({ label, step, values, best }) => {
    const last = `${label}: ${shownValue(values.at(-1), unit)} at the end`;
    if (best === undefined) return `${last}.`;
    return `${last}, at its best ${shownValue(values[best], unit)} after ${shownNumber(step[best])} steps.`;
  });
  return [{ chart, title: quantity.title, description: description.join(' ') }];
}

/** Position of the best value; undefined where none is better than another. */
function bestOf(name: string, values: Float64Array): number | undefined {
  if (!isBestMetric(name)) return undefined;
  const sign = betterOf(name) === 'higher' ? 1 : -1;
  let best: number | undefined;
  for (const [at, value] of values.entries()) {
    if (Number.isFinite(value) && (best === undefined || sign * value > sign * values[best]!))
      best = at;
  }
  return best;
}

function isBestMetric(name: string): name is BestMetricName {
  return (bestMetricNames as readonly string[]).includes(name);
}
