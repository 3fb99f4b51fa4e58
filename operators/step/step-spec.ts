import type { BatchNormMode } from '../model/batch-norm-mode.ts';
import type { FrozenPart } from '../model/frozen-part.ts';
import type { BatchShape } from '../types.ts';
import type { CrossEntropySpec, LossSpec } from '../loss/loss-spec.ts';
import type { EncoderSpec } from '../model/encoder-spec.ts';
import type { OptimizerSpec } from './optimizer/optimizers.ts';

/** Configuration of one training step, whichever loss it minimises. */
export interface StepSpec extends OptimizerSpec {
  readonly encoder: EncoderSpec;
  readonly loss: LossSpec | CrossEntropySpec;
  readonly shape: BatchShape;
  /** Maximum global gradient norm, above 0: a longer gradient is clipped to it. @default no clipping */
  readonly clipNorm?: number | undefined;
  /** Statistics that BatchNorm normalises with (`encodeInTraining`). @default 'batch' */
  readonly batchNorm?: BatchNormMode | undefined;
  /**
   * Frozen layers: no gradient, no update, BatchNorm on its running statistics.
   * @default none
   */
  readonly frozen?: FrozenPart | undefined;
  /**
   * Micro-batch in images, a divisor of `shape.images` (gradient caching): the network then sees the batch in
   * chunks, the loss still sees it whole (`splitStep`).
   * @default the batch in one pass, while the loss of its rows fits into one
   */
  readonly microBatch?: number | undefined;
  /**
   * Memory check: a step that cannot fit into the memory at hand is refused before it is compiled.
   * @default 'checked'
   */
  readonly memory?: 'checked' | 'unchecked' | undefined;
  /**
   * Decay of an exponential moving average of all weights, above 0 and below 1; the first steps have a shorter one.
   * @default no average
   */
  readonly averageDecay?: number | undefined;
  /**
   * Batches of an update: their gradients are averaged. Steps count batches, the state holds the sums in between.
   * @default 1
   */
  readonly accumulate?: number | undefined;
  /** Read out what each image of a batch gave (`SampleReadouts`). @default false */
  readonly samples?: boolean | undefined;
  /** Learning rate of the head over that of the layers below it, 0 or more. @default 1 */
  readonly headRate?: number | undefined;
  /** Learning rate of a layer over that of the next one, nearer to the head; above 0 and at most 1 (`layerRates`). @default 1 */
  readonly layerDecay?: number | undefined;
}

/** A step on a contrastive loss, which compares the rows of a batch with each other. */
export interface TrainerSpec extends StepSpec {
  readonly loss: LossSpec;
}

/** A step on the cross entropy of a classifier, whose rows are views with the class of their image. */
export interface ClassifierSpec extends StepSpec {
  /** Its head is a `classifier`. */
  readonly encoder: EncoderSpec;
  readonly loss: CrossEntropySpec;
}
