/** Loss with a known minimiser, the simplex. */
export type SimplexLoss = 'sincere' | 'supcon';

/** Rows of unit length with their classes. */
export interface LabelledPoints {
  readonly rows: readonly (readonly number[])[];
  readonly labels: readonly number[];
}

/** A balanced batch: every class has equally many rows. */
export interface SimplexSize {
  /** 2 or more. */
  readonly classes: number;
  /** 2 or more. */
  readonly perClass: number;
}

/** Cosine between classes on a simplex: `−1 / (C − 1)`, the lowest that all pairs can have at once. */
export function simplexCosine(classes: number): number {
  return -1 / (classes - 1);
}

/**
 * Neural collapse: every class on one corner of a simplex, where both losses are smallest.
 * `[C · perClass, C]`.
 */
export function simplexPoints({ classes, perClass }: SimplexSize): LabelledPoints {
  const labels = Array.from({ length: classes * perClass }, (_, row) => row % classes);
  const length = Math.sqrt(1 - 1 / classes);
  const rows = labels.map((label) =>
    Array.from({ length: classes }, (_, axis) => ((axis === label ? 1 : 0) - 1 / classes) / length),
  );
  return { rows, labels };
}

/**
 * The smallest value of a loss over all balanced batches of unit rows in C − 1 dimensions or more:
 * `log(1 + |N| e^(−(C / (C − 1)) / temperature))` for SINCERE; SupCon has the number of positives of an
 * anchor, `perClass − 1`, in the place of 1.
 *
 * @returns Nats.
 */
export function simplexLoss(
  loss: SimplexLoss,
  { classes, perClass }: SimplexSize,
  temperature: number,
): number {
  const negatives = (classes - 1) * perClass;
  const positives = perClass - 1;
  const push = negatives * Math.exp((simplexCosine(classes) - 1) / temperature);
  return loss === 'sincere' ? Math.log1p(push) : Math.log(positives + push);
}
