import type { BatchNormMode } from '../model/batch-norm-mode.ts';
import type { FrozenPart } from '../model/frozen-part.ts';
import type { BatchShape } from '../types.ts';
import type { CrossEntropySpec, LossSpec } from '../loss/loss-spec.ts';
import type { EncoderSpec } from '../model/encoder-spec.ts';
import type { OptimizerSpec } from './optimizer/optimizers.ts';

/** What one compiled step does, whatever it minimises. */
export interface StepSpec extends OptimizerSpec {
  readonly encoder: EncoderSpec;
  readonly loss: LossSpec | CrossEntropySpec;
  readonly shape: BatchShape;
  /** Longest gradient, over all parameters together, above 0: a longer one is shortened to it. @default any length */
  readonly clipNorm?: number | undefined;
  /** What BatchNorm normalises with (`encodeInTraining`). @default 'batch' */
  readonly batchNorm?: BatchNormMode | undefined;
  /**
   * Layers that training leaves as they are: no gradient, no update, BatchNorm on its running statistics.
   * @default none
   */
  readonly frozen?: FrozenPart | undefined;
  /**
   * Images of a chunk, a divisor of `shape.images`: the network then sees the batch in chunks, the loss still sees
   * it whole (`splitStep`). @default the batch in one pass, while the loss of its rows fits into one
   */
  readonly microBatch?: number | undefined;
  /**
   * Whether a step that cannot fit into the memory at hand is refused before it is compiled. @default 'checked'
   */
  readonly memory?: 'checked' | 'unchecked' | undefined;
  /** Learning rate of the head over that of the layers below it, 0 or more. @default 1 */
  readonly headRate?: number | undefined;
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
