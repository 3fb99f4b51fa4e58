/** What is said of the label of each row. */
export interface LabelScores {
  /** `[rows]` share of the given class minus the largest of another, −1 to 1; NaN without a vote. */
  readonly margin: Float64Array;
  /** `[rows]` 0 or more; NaN for none. */
  readonly loss: Float64Array;
}

/**
 * Rows with a vote, the most suspicious first: by `loss² × (1 − margin)`, of equal ones by the loss, then by position. Rows
 * without a loss are last, the lowest margin first.
 *
 * The vote sees the nearest rows alone, the loss all of them. As a product they need no common unit; the square was
 * chosen by measurements on planted errors.
 */
export function suspicionOrder({ margin, loss }: LabelScores): Int32Array {
  const score = loss.map((value, row) => {
    const against = 1 - margin[row]!;
    // Below 0, where no product is.
    return Number.isNaN(value) ? against - 3 : value * value * against;
  });
  const rows = Int32Array.from(score.keys()).filter((row) => !Number.isNaN(margin[row]!));
  return rows.sort(
    (a, b) => descending(score[a]!, score[b]!) || descending(loss[a]!, loss[b]!) || a - b,
  );
}

function descending(a: number, b: number): number {
  return a > b ? -1 : a < b ? 1 : 0;
}
