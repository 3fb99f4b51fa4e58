/**
 * Scores of each test image; NaN where there is none. Every metric of an evaluation is a function of these
 * numbers and the classes, so that two models on the same images can be compared image by image.
 */
export interface ImageScores {
  /** Test images. */
  readonly count: number;
  /** Class names, each once. */
  readonly classes: readonly string[];
  /** `[count]` int32 position in `classes`, -1 when unknown. */
  readonly labels: Int32Array;
  /** Metric → `[count]` numbers whose mean it is, such as 1 or 0 for right or wrong. */
  readonly means: ReadonlyMap<string, Float64Array>;
  /** k → `[count]` cosine similarity to the k-th nearest training image of the same class. Has 1. */
  readonly target: ReadonlyMap<number, Float64Array>;
  /** k → `[count]` cosine similarity to the k-th nearest training image of other classes. The same keys. */
  readonly noise: ReadonlyMap<number, Float64Array>;
}
