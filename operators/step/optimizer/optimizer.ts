import type { tf, TensorsByName } from '../../tensor/tf.ts';

/** What an optimizer keeps of earlier gradients: one tensor in the shape of each parameter. */
export type BufferName = 'momentum' | 'variance';

/** The numbers of an update, the same for every parameter. */
export interface UpdateSpec {
  /** Momentum of SGD and LARS, β₁ of AdamW; 0 or more and below 1. */
  readonly momentum: number;
  /**
   * Decay, 0 or more: added to the gradient of every parameter (SGD), of every weight that is no vector (LARS), or
   * taken off every parameter at the learning rate (AdamW).
   */
  readonly weightDecay: number;
}

/** A parameter and its buffers after an update. */
export type UpdatedParameter = {
  readonly parameter: tf.Tensor;
  readonly buffers: { readonly [B in BufferName]?: tf.Tensor };
};

/** How a parameter follows its gradient. */
export interface Optimizer {
  /** What it keeps, in the order of a state. */
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
