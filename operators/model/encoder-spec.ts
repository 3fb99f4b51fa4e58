import type { EncoderName } from './encoders.ts';
import type { StemName } from './stems.ts';

/** Encoder configuration: backbone and head. */
export interface EncoderSpec {
  readonly architecture: EncoderName;
  /** @default 'cifar' */
  readonly stem?: StemName | undefined;
  /** Channel multiplier (wide ResNet), the same for every layer. @default 1 */
  readonly width?: number | undefined;
  /**
   * Projection head: two layers with a ReLU between them, or one layer. A `classifier` is one layer too, whose
   * `projection` rows are not L2-normalised: they are the logits of the classes.
   */
  readonly head: 'mlp' | 'linear' | 'classifier';
  /** Length of `projection` rows; of a `classifier`, the number of classes. */
  readonly projectionSize: number;
}
