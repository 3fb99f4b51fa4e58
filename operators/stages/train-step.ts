import { type OperatorFunction, pipe, takeWhile } from 'rxjs';
import { mapInTurn } from '../flow/map-in-turn.ts';
import { oneAtATime } from '../flow/one-at-a-time.ts';
import { PipelineError } from '../errors.ts';
import type { BatchPlan, PackedBatch } from '../types.ts';
import type { StepResult } from '../step/step-result.ts';
import type { Trainer } from '../engine/interface/engine.ts';

/** Options of training steps beside the batch. */
export interface TrainStepOptions {
  /** Learning rate of a step, above 0; steps count from 0. */
  readonly learningRate: (step: number) => number;
  /** Selects the steps whose result carries a copy of the state after it. @default never */
  readonly snapshotAfter?: ((step: number) => boolean) | undefined;
  /** Selects the steps that tell what each image gave, of a trainer that can (`StepSpec.samples`). @default all */
  readonly samplesOf?: ((plan: BatchPlan) => boolean) | undefined;
  /**
   * Early end, asked in turn before each step: true ends the stream before the step is taken, and batches that wait are
   * given up. The gate in front is told by `DemandOptions.ended` that this was meant. @default never
   */
  readonly endBefore?: ((step: number) => boolean | Promise<boolean>) | undefined;
  /** Recycler of pixel buffers that are no longer needed. @default they are left to the collector */
  readonly recycle?: ((pixels: Float32Array) => void) | undefined;
}

const live = new WeakSet<Trainer<unknown>>();

/**
 * One training step for each batch: encoder, loss, gradient and update, fused by the engine.
 *
 * Steps are taken in order, one at a time. While one runs, earlier stages prepare the next batches.
 * The snapshot is taken between two steps, inside this stage: a later stage that asked for it
 * would get the state of whatever step had begun by then. With `endBefore` the stream may complete before its source
 * does, between two steps.
 *
 * Errors: `ERR_NOT_FINITE` when loss or gradient of a step are not finite; that step is not applied. `ERR_CONTRACT` for a batch
 * of `mixViews`.
 *
 * @param trainer Borrowed; it holds state, so a second live subscription with it is an `ERR_CONTRACT`.
 * @returns One result for each batch, when the step has been taken.
 * @example
 * ```ts
 * const schedule = { peak: 0.1, steps: 1000 };
 * const stepsOf = (trainer: Trainer) =>
 *   trainStep(trainer, {
 *     learningRate: (step) => learningRateAt(step, schedule),
 *     snapshotAfter: (step) => (step + 1) % 100 === 0,
 *   });
 * ```
 */
export function trainStep<R>(
  trainer: Omit<Trainer<R>, 'beside'>,
  options: TrainStepOptions,
): OperatorFunction<PackedBatch, StepResult<R>> {
  const { learningRate, snapshotAfter = () => false, endBefore = () => false, recycle } = options;
  const { samplesOf = () => true } = options;
  const step = async (batch: PackedBatch): Promise<StepResult<R> | undefined> => {
    const { plan } = batch;
    if (batch.mix !== undefined) throw mixedLabels(plan.seq);
    if (await endBefore(plan.seq)) {
      recycle?.(batch.pixels);
      return undefined;
    }
    const rate = learningRate(plan.seq);
    const began = performance.now();
    const { samples, ...readouts } = await trainer.run(batch, rate, {
      samples: samplesOf(plan),
    });
    const stepMs = performance.now() - began;
    recycle?.(batch.pixels);
    const state = snapshotAfter(plan.seq) ? await trainer.snapshot() : undefined;
    // What is left is an `R`: only the samples were taken out.
    return { plan, learningRate: rate, readouts: readouts as unknown as R, samples, stepMs, state };
  };
  const untilEnd = takeWhile<StepResult<R> | undefined, StepResult<R>>((one) => one !== undefined);
  return oneAtATime(live, trainer, 'trainer', pipe(mapInTurn(step), untilEnd));
}

/** No loss of an engine weighs two labels of a row: one alone would be wrong in silence. */
function mixedLabels(seq: number): PipelineError {
  return new PipelineError(
    'ERR_CONTRACT',
    `Batch \`${seq}\` holds mixed images, and no loss of an engine takes their labels. Leave \`mixViews\` out before ` +
      '`trainStep`, or weigh the labels by `mix` in a loss of your own.',
  );
}
