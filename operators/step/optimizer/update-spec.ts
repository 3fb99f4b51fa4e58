/** Moments of earlier gradients that an optimizer keeps: one tensor in the shape of each parameter. */
export type BufferName = 'momentum' | 'variance';

/** Hyperparameters of an update, the same for every parameter. */
export interface UpdateSpec {
  /** Momentum of SGD and LARS, β₁ of AdamW; 0 or more and below 1. */
  readonly momentum: number;
  /**
   * Weight decay, 0 or more: added to the gradient of every parameter (SGD), of every weight that is no vector (LARS),
   * or taken off every parameter at the learning rate (AdamW: decoupled).
   */
  readonly weightDecay: number;
}
