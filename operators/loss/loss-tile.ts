import { tf } from '../tensor/tf.ts';
import type { LossSpec } from './loss-spec.ts';
import { blockLoss } from './block-loss.ts';
import { lossForm } from './loss-forms.ts';

/** Sizes of a tile. Programs are compiled for them. */
export interface TileShape {
  /** Anchors. */
  readonly rows: number;
  /** Columns among which are all rows of the anchors' classes. */
  readonly sameClass: number;
  /** All other columns: every one of another class than every anchor. */
  readonly otherClass: number;
  /** Length of a row. */
  readonly size: number;
}

/** Specification of a tile program. */
export interface TileSpec {
  readonly loss: LossSpec;
  readonly shape: TileShape;
  readonly gradient: boolean;
  readonly readouts: boolean;
}

/** Inputs of a tile by name, with what they hold. */
export interface TileInputs<T = Float32Array, I = Int32Array> {
  /** `[rows, size]`: anchors; rows of zeros as padding. */
  readonly anchors: T;
  /** `[rows]`: their classes, -1 for padding. */
  readonly labels: I;
  /** `[rows]`: index of each of them in `sameClass`, -1 for padding. */
  readonly position: I;
  /** `[rows, 1]`: 1 for rows that may be anchors. */
  readonly anchorMask: T;
  /** `[sameClass, size]`, and the classes `[sameClass]`. */
  readonly sameClass: T;
  readonly sameClassLabels: I;
  /** `[otherClass, size]`; not there when there are none. */
  readonly otherClass?: T | undefined;
  /** `[sameClass, size]` and `[otherClass, size]`: gradients so far; only with `gradient`. */
  readonly sameClassGradient?: T | undefined;
  readonly otherClassGradient?: T | undefined;
}

/** Names and sizes of the inputs of a tile program, in the order of `TileInputs`. */
export function tileInputs({
  shape: { rows, sameClass, otherClass, size },
  gradient,
}: TileSpec): readonly {
  readonly name: keyof TileInputs;
  readonly shape: readonly number[];
  readonly dtype: 'float32' | 'int32';
}[] {
  const float = (name: keyof TileInputs, ...shape: number[]) =>
    ({ name, shape, dtype: 'float32' }) as const;
  const int = (name: keyof TileInputs, ...shape: number[]) =>
    ({ name, shape, dtype: 'int32' }) as const;
  return [
    float('anchors', rows, size),
    int('labels', rows),
    int('position', rows),
    float('anchorMask', rows, 1),
    float('sameClass', sameClass, size),
    int('sameClassLabels', sameClass),
    ...(otherClass > 0 ? [float('otherClass', otherClass, size)] : []),
    ...(gradient ? [float('sameClassGradient', sameClass, size)] : []),
    ...(gradient && otherClass > 0 ? [float('otherClassGradient', otherClass, size)] : []),
  ];
}

/** Names of the outputs of a tile; those of values that are to be summed begin with `sums`. */
export const tileOutputs = {
  sums: 'sums.',
  anchors: 'gradient.anchors',
  sameClass: 'gradient.sameClass',
  otherClass: 'gradient.otherClass',
} as const;

/**
 * One tile of the loss of a large set: a block of anchors against all rows. Masks are only made for the columns
 * of the same classes, where positives are; all others are negatives as they are.
 *
 * @param inputs Tensors of `tileInputs(spec)`, by name. Borrowed.
 * @returns Contribution of each row to the sums, `[rows, 1]` by name; the totals of the block; and with `gradient` its
 *   anchors' gradient and the sums of the columns' gradients so far with this block's. Owned by the caller.
 */
export function lossTile(
  { loss, shape, gradient, readouts }: TileSpec,
  inputs: Readonly<Record<string, tf.Tensor>>,
): Record<string, tf.Tensor> {
  // The names and shapes are those of `tileInputs`.
  const given = inputs as unknown as TileInputs<tf.Tensor2D, tf.Tensor1D>;
  return tf.tidy(() => {
    const block = blockLoss(
      {
        z: given.anchors,
        labels: given.labels,
        position: given.position,
        anchorMask: given.anchorMask,
      },
      [
        { z: given.sameClass, are: { labels: given.sameClassLabels } },
        ...(given.otherClass === undefined
          ? []
          : [{ z: given.otherClass, are: { otherClass: true } as const }]),
      ],
      { form: lossForm(loss), temperature: loss.temperature, gradient, readouts },
    );
    const outputs: Record<string, tf.Tensor> = {};
    for (const [name, values] of Object.entries({ ...block.rows, ...block.totals })) {
      outputs[tileOutputs.sums + name] = values;
    }
    if (block.gradient === undefined) return outputs;
    const [sameClass, otherClass] = block.gradient.columns;
    outputs[tileOutputs.anchors] = block.gradient.anchors;
    outputs[tileOutputs.sameClass] = tf.add(given.sameClassGradient!, sameClass!);
    if (shape.otherClass > 0)
      outputs[tileOutputs.otherClass] = tf.add(given.otherClassGradient!, otherClass!);
    return outputs;
  });
}
