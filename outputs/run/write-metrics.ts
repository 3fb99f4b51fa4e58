import { defer, type MonoTypeOperatorFunction } from 'rxjs';
import { PipelineError } from '../../operators/errors.ts';
import { mapInTurn } from '../../operators/flow/map-in-turn.ts';
import { oneAtATime } from '../../operators/flow/one-at-a-time.ts';
import type { StepResult } from '../../operators/step/step-result.ts';
import type { ClassifierReadouts, StepReadouts } from '../../operators/step/step-readouts.ts';
import type { LogRow } from '../arrow/log-rows.ts';
import type { RunFolder } from './run-folder.ts';
import type { classifierColumns, contrastiveColumns } from './metrics-columns.ts';

/** The part of a run folder that holds its rows. */
type RunLogs = Pick<RunFolder, 'metrics' | 'timing'>;

const live = new WeakSet<RunLogs>();

/**
 * Appends a row to `metrics.arrows` and one to `timing.arrows` for each step, and passes the step on when
 * they are in the files.
 *
 * Stands before `saveCheckpoints`: a checkpoint needs the rows of its steps. A result whose `seq` is not
 * the next row is an `ERR_CONTRACT`.
 *
 * @param run Borrowed. A second live stream into it is an `ERR_CONTRACT`.
 */
export function writeMetrics<R extends StepReadouts | ClassifierReadouts>(
  run: RunLogs,
): MonoTypeOperatorFunction<StepResult<R>> {
  const write: MonoTypeOperatorFunction<StepResult<R>> = (source) =>
    defer(() => {
      let last = performance.now();
      return source.pipe(
        mapInTurn(async (result) => {
          const now = performance.now();
          const wallMs = now - last;
          last = now;
          await append(run, result, wallMs);
          return result;
        }),
      );
    });
  return oneAtATime(live, run, run.metrics.path, write);
}

async function append(
  run: RunLogs,
  result: StepResult<StepReadouts | ClassifierReadouts>,
  wallMs: number,
): Promise<void> {
  const { plan, readouts, stepMs } = result;
  const step = plan.seq;
  if (step !== run.metrics.rows) {
    throw new PipelineError(
      'ERR_CONTRACT',
      `Expected step ${run.metrics.rows} to come next in \`${run.metrics.path}\`, got ${step}.`,
      { path: run.metrics.path },
    );
  }
  const images = plan.samples.length;
  await run.timing.append([
    {
      step,
      step_ms: stepMs,
      wall_ms: wallMs,
      images_per_second: (1000 * images) / wallMs,
      step_images_per_second: (1000 * images) / stepMs,
    },
  ]);
  await run.metrics.append([
    'accuracy' in readouts ? classifierRow(result, readouts) : contrastiveRow(result, readouts),
  ]);
}

type Row = Omit<StepResult<unknown>, 'readouts'>;

function classifierRow(
  { plan, learningRate }: Row,
  { loss, accuracy, rowsWithoutClass, gradientNorm }: ClassifierReadouts,
): LogRow<typeof classifierColumns> {
  return {
    step: plan.seq,
    epoch: plan.epoch,
    learning_rate: learningRate,
    loss,
    accuracy,
    rows_without_class: rowsWithoutClass,
    gradient_norm: gradientNorm,
    images: plan.samples.length,
  };
}

function contrastiveRow(
  { plan, learningRate }: Row,
  readouts: StepReadouts,
): LogRow<typeof contrastiveColumns> {
  return {
    step: plan.seq,
    epoch: plan.epoch,
    learning_rate: learningRate,
    loss: readouts.loss,
    sincere: readouts.sincere,
    supcon: readouts.supcon,
    repelled_share: readouts.repelledShare,
    batch_nearest_accuracy: readouts.batchNearestAccuracy,
    anchors_without_positive: readouts.anchorsWithoutPositive,
    repelled_mass: readouts.repelledMass,
    alignment: readouts.alignment,
    uniformity: readouts.uniformity,
    spread: readouts.spread,
    effective_rank: readouts.effectiveRank,
    information_bound: readouts.informationBound,
    sharp_information_bound: readouts.sharpInformationBound,
    gradient_norm: readouts.gradientNorm,
    images: plan.samples.length,
  };
}
