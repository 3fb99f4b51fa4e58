import type { tf, TensorsByName } from '../../tensor/tf.ts';
import type { BufferName, UpdateSpec } from './update-spec.ts';

/** A parameter and its buffers after an update. */
export type UpdatedParameter = {
  readonly parameter: tf.Tensor;
  readonly buffers: { readonly [B in BufferName]?: tf.Tensor };
};

/** Update rule: how a parameter follows its gradient. */
export interface Optimizer {
  /** Buffers that it keeps, in the order of a state. */
  readonly buffers: readonly BufferName[];
  /** Numbers of its own beside the learning rate of the step that is taken after `step` others. */
  readonly rates: (spec: UpdateSpec, step: number) => Readonly<Record<string, number>>;
  /**
   * Reads no value. Everything is borrowed.
   *
   * @param buffers Those of this parameter, by name.
   * @param rates Scalars: `learningRate`, and the `rates` of this optimizer.
   * @returns Tensors owned by the caller.
   */
  readonly update: (
    spec: UpdateSpec,
    parameter: tf.Tensor,
    gradient: tf.Tensor,
    buffers: TensorsByName,
    rates: TensorsByName,
  ) => UpdatedParameter;
}
