/** A linear classifier of vectors: the class with the largest `weights · row + bias` is predicted. */
export interface LinearProbe {
  /** Class names, each once: those that had a training image, in the order of the training set. */
  readonly classes: readonly string[];
  /** Length of a row, 1 or more. */
  readonly dim: number;
  /** `[classes, dim]` float64. */
  readonly weights: Float64Array;
  /** `[classes]` float64. */
  readonly bias: Float64Array;
}

/** Options of both solvers. */
export interface ProbeOptions {
  /**
   * Bytes of vectors held at once; a larger set is read again and again. The result does not depend on it.
   * @default 2 ** 30
   */
  readonly memoryBytes?: number | undefined;
  /** Worker threads; 0 computes on the calling thread. The result does not depend on it. @default all cores */
  readonly threads?: number | undefined;
  /** Progress callback of the training. */
  readonly onProgress?: ((progress: ProbeProgress) => void) | undefined;
  /** Aborts the training at once. */
  readonly signal?: AbortSignal | undefined;
}

/** Progress of a training. */
export interface ProbeProgress {
  /** Epochs (`sgd`) or iterations (`l2`) that are done. */
  readonly done: number;
  /** Mean cross entropy of the training images, in nats: over the epoch, or at the present weights. */
  readonly loss: number;
}
