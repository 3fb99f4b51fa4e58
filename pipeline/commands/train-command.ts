import { pipe, tap } from 'rxjs';
import type { ClassifierReadouts, StepReadouts, StepResult } from '../../operators/types.ts';
import { followRun, type Desk } from '../command-line/follow-run.ts';
import type { TrainOptions } from '../options/shared-options.ts';
import { showProgress } from '../command-line/progress.ts';
import type { RunListener } from '../parts/run-listener.ts';
import { textTable } from '../command-line/text-table.ts';
import { train } from '../train.ts';
import type { Outcome } from '../command-line/outcome.ts';

type Result = StepResult<StepReadouts | ClassifierReadouts>;

/** `train` with progress and signals. */
export async function trainCommand(options: TrainOptions, desk: Desk): Promise<Outcome> {
  let planned: Parameters<NonNullable<RunListener['planned']>>[0] | undefined;
  const run = train(options, {
    planned: (plans) => (planned = plans),
    note: desk.status.say,
  });
  const clock = stepClock();
  const progress = pipe(
    tap<Result>(clock.count),
    showProgress<Result>({
      status: desk.status,
      readingOf: ({ plan, readouts, stepMs }) => ({
        label: 'train',
        done: plan.seq + 1,
        total: planned?.total,
        unit: 'images',
        amount: (plan.seq + 1) * options.batchSize,
        busyMs: stepMs,
        detail: `loss ${readouts.loss.toPrecision(4)}`,
      }),
    }),
  );
  const { last, interrupted } = await followRun(run, desk, {
    progress,
    continueWith: desk.resumeCommand,
  });
  const total = planned?.total ?? null;
  const steps = last === undefined ? (planned?.done ?? null) : last.plan.seq + 1;
  const times = clock.times();
  return {
    exitCode: interrupted ? 130 : 0,
    lines: [
      ...stepLines({ out: options.out, steps, total, interrupted }),
      ...(last === undefined ? [] : readoutLines(last)),
      ...(options.trace && times !== null ? traceLines(times) : []),
    ],
    json: {
      verb: 'train',
      out: options.out,
      interrupted,
      steps,
      totalSteps: total,
      readouts: last?.readouts ?? null,
      times,
    },
  };
}

function stepLines(at: {
  out: string;
  steps: number | null;
  total: number | null;
  interrupted: boolean;
}): string[] {
  const { out, steps, total, interrupted } = at;
  if (interrupted) return [`stopped after ${steps ?? '?'} of ${total ?? '?'} steps in ${out}`];
  return [`trained ${steps ?? 0} steps in ${out}`];
}

function readoutLines({ readouts }: Result): readonly string[] {
  if ('accuracy' in readouts) {
    return textTable(
      [
        ['loss', readouts.loss.toPrecision(5)],
        ['accuracy in the batch', percent(readouts.accuracy)],
      ],
      { heading: false },
    );
  }
  return textTable(
    [
      ['loss', readouts.loss.toPrecision(5)],
      ['SINCERE', readouts.sincere.toPrecision(5)],
      ['SupCon', readouts.supcon.toPrecision(5)],
      ['pairs that SupCon repels', percent(readouts.repelledShare)],
      ['nearest in batch has the class', percent(readouts.batchNearestAccuracy)],
      ['spread (0: one point)', readouts.spread.toPrecision(3)],
      ['effective rank', readouts.effectiveRank.toFixed(1)],
      ['alignment', readouts.alignment.toPrecision(3)],
      ['uniformity', readouts.uniformity.toPrecision(3)],
      ['bound on the divergence of classes', `${readouts.sharpInformationBound.toFixed(2)} nats`],
    ],
    { heading: false },
  );
}

/** Where the time of the steps went, the first one left out, because it pays for the start. */
interface StepTimes {
  readonly steps: number;
  readonly wallMs: number;
  /** Inside the engine; the rest is waiting for batches, and writing. */
  readonly stepMs: number;
  readonly imagesPerSecond: number;
  readonly stepOnlyImagesPerSecond: number;
}

interface StepClock {
  readonly count: (result: Result) => void;
  readonly times: () => StepTimes | null;
}

function stepClock(): StepClock {
  let firstAt: number | undefined;
  let lastAt = 0;
  let [steps, stepMs, images] = [0, 0, 0];
  return {
    count(result) {
      lastAt = performance.now();
      if (firstAt === undefined) {
        firstAt = lastAt;
        return;
      }
      steps += 1;
      stepMs += result.stepMs;
      images += result.plan.samples.length;
    },
    times() {
      if (firstAt === undefined || steps === 0) return null;
      const wallMs = lastAt - firstAt;
      return {
        steps,
        wallMs,
        stepMs,
        imagesPerSecond: (1000 * images) / wallMs,
        stepOnlyImagesPerSecond: (1000 * images) / stepMs,
      };
    },
  };
}

function traceLines(times: StepTimes): readonly string[] {
  const { wallMs, stepMs, imagesPerSecond, stepOnlyImagesPerSecond } = times;
  return textTable(
    [
      ['time in steps', percent(Math.min(1, stepMs / wallMs))],
      ['time between steps', percent(Math.max(0, 1 - stepMs / wallMs))],
      ['images/s', imagesPerSecond.toFixed(1)],
      ['images/s in steps', stepOnlyImagesPerSecond.toFixed(1)],
    ],
    { heading: false },
  );
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
