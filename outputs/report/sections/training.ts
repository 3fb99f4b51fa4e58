import { smoothed } from '../../charts/smoothed.ts';
import { markup } from '../../page/markup.ts';
import { chartFigure, type ChartPanel, figureStyle } from '../figures/chart-figure.ts';
import { firstOf } from '../figures/most.ts';
import { mostPoints, type RunLine, runLines, spanOf } from '../figures/run-lines.ts';
import { type SeriesPlaces, seriesPlaces } from '../figures/series-places.ts';
import { axisWords, type StepQuantity } from '../figures/value-axis.ts';
import type { ReportRun } from '../material/material.ts';
import type { ReportContext, ReportSection } from '../material/report-section.ts';
import { readLogsOfRuns } from '../tables/read-logs-of-runs.ts';
import { logNames } from '../tables/read-run-logs.ts';

const mostRuns = 10;

/** Quantities of `metrics.arrows`, in the order of the page, by their columns. */
const progress: Readonly<Record<string, StepQuantity>> = {
  loss: { title: 'loss that is trained (nats)' },
  sincere: { title: 'SINCERE of the batch (nats)' },
  supcon: { title: 'SupCon of the batch (nats)' },
  batch_nearest_accuracy: { title: 'nearest in the batch has the class', unit: 'share' },
  accuracy: { title: 'accuracy in the batch', unit: 'share' },
  repelled_share: { title: 'positive pairs that SupCon repels', unit: 'share' },
};

/** Those by which a collapse, a divergence and the schedule are seen. */
const health: Readonly<Record<string, StepQuantity>> = {
  effective_rank: { title: 'effective rank (directions)', isFromZero: true },
  spread: { title: 'spread (0: all rows are one point)', isFromZero: true },
  gradient_norm: { title: 'length of the gradient', isFromZero: true },
  learning_rate: { title: 'learning rate', isFromZero: true, isExact: true },
};

const waiting: StepQuantity = { title: 'time waiting for data', unit: 'share' };

/** A run with what its logs hold. */
interface ReadRun {
  readonly run: ReportRun;
  readonly place: number;
  readonly metrics: ReadonlyMap<string, Float64Array>;
  readonly timing: ReadonlyMap<string, Float64Array> | undefined;
}

/** Curves of training, all runs in one plot: how it went, and whether it was healthy. */
export const trainingSection: ReportSection = {
  title: 'Training',
  shows: 'curves of the loss, of repelled pairs, of gauges of collapse, and of waiting',
  command: 'sincere train DATA --out RUN',
  draw: async (material, context) => {
    const shown = firstOf(material.runs, mostRuns, 'The curves of training', context);
    const runs = await readRuns(shown, seriesPlaces(material), context);
    if (runs.length === 0) return undefined;
    const legend = runs.map(({ run, place }) => ({ name: run.label, place }));
    const first = await chartFigure({
      legend,
      panels: panelsOf(progressOf(runs), runs),
      caption:
        'Step by step. Good: the loss falls and levels off, and the share of images whose nearest one in the batch is of their class ' +
        'rises. Losses of different kinds have different floors: compare the runs by SINCERE and SupCon, which are measured on the ' +
        'batches of every run. Positive pairs that SupCon repels are images of one class that its gradient would push apart; ' +
        `SINCERE never does. ${axisWords} ${howDrawn}`,
      files: filesOf(runs, 'metrics'),
    });
    const second = await chartFigure({
      legend,
      panels: [...panelsOf(health, runs), ...waitingPanel(runs)],
      caption:
        'Whether it was healthy. An effective rank or a spread that falls to nothing is a collapse: all images become one point. Good: ' +
        'the rank nears the number of classes less one, and the spread one. A gradient that grows without end is a divergence. Waiting ' +
        'for data should be near none: what the loader cannot deliver, the device cannot learn. The learning rate is drawn as it was, ' +
        'without an average.',
      files: [...filesOf(runs, 'metrics'), ...filesOf(runs, 'timing')],
    });
    return {
      body: markup`${first}\n<h3>Health of the runs</h3>\n${second}`,
      styles: [figureStyle],
    };
  },
};

const howDrawn =
  'Faint: the steps themselves, bold: their moving average over a fortieth of the run. Of long runs at most ' +
  `${mostPoints.raw} points of a line are drawn, the lowest and the highest of each stretch among them.`;

async function readRuns(
  runs: readonly ReportRun[],
  places: SeriesPlaces,
  context: ReportContext,
): Promise<readonly ReadRun[]> {
  const columns = ['step', ...Object.keys(progress), ...Object.keys(health)];
  const metrics = await readLogsOfRuns(runs, { log: 'metrics', columns }, context);
  // Of the curves of training none needs it.
  const timing = await readLogsOfRuns(
    metrics.map(({ run }) => run),
    { log: 'timing', columns: ['step', 'step_ms', 'wall_ms'], isNeeded: false },
    context,
  );
  return metrics.map(({ run, log }) => ({
    run,
    place: places.run(run),
    metrics: log.columns,
    timing: timing.find((one) => one.run === run)?.log.columns,
  }));
}

/** Quantities of the batch; of runs that all train one of them it is drawn once. */
function progressOf(runs: readonly ReadRun[]): typeof progress {
  const trained = ['sincere', 'supcon'].find((column) =>
    runs.every(({ metrics }) => areEqual(metrics.get('loss'), metrics.get(column))),
  );
  if (trained === undefined) return progress;
  const { [trained]: named, ...others } = progress;
  return { ...others, loss: { title: `loss that is trained: ${named!.title}` } };
}

function areEqual(one: Float64Array | undefined, other: Float64Array | undefined): boolean {
  return one?.every((value, at) => Object.is(value, other?.[at])) === true;
}

function panelsOf(
  quantities: Readonly<Record<string, StepQuantity>>,
  runs: readonly ReadRun[],
): readonly ChartPanel[] {
  return Object.entries(quantities).flatMap(([column, quantity]) => {
    const lines = runs.flatMap(({ run: { label }, place, metrics }): RunLine[] => {
      const [step, values] = [metrics.get('step'), metrics.get(column)];
      return step === undefined || values === undefined ? [] : [{ label, place, step, values }];
    });
    return lines.length === 0 ? [] : [runLines(quantity, lines)];
  });
}

function waitingPanel(runs: readonly ReadRun[]): readonly ChartPanel[] {
  const lines = runs.flatMap(({ run: { label }, place, timing }): RunLine[] => {
    const [step, inside, wall] = ['step', 'step_ms', 'wall_ms'].map((name) => timing?.get(name));
    if (step === undefined || inside === undefined || wall === undefined) return [];
    // Of times averages are taken, not of shares: a long wait counts for as long as it was.
    const averages = [inside, wall].map((times) => smoothed(times, spanOf(times.length)));
    const smooth = step.map((_, at) => waited(averages[0]![at]!, averages[1]![at]!));
    return [
      { label, place, step, values: step.map((_, at) => waited(inside[at]!, wall[at]!)), smooth },
    ];
  });
  return lines.length === 0 ? [] : [runLines(waiting, lines)];
}

/** Share of the time that was not spent inside the engine: batches that are read ahead make it none. */
function waited(inside: number, wall: number): number {
  return Math.max(0, 1 - inside / wall);
}

function filesOf(runs: readonly ReadRun[], log: keyof typeof logNames): readonly string[] {
  const having = log === 'timing' ? runs.filter(({ timing }) => timing !== undefined) : runs;
  return having.map(({ run }) => `${run.name}/${logNames[log]}`);
}
