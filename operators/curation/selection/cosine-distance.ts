/** Cosine distance `1 − s` of unit rows, 0 to 2; NaN where there is nothing to be near to. */
export function cosineDistance(similarity: number): number {
  return similarity === -Infinity ? NaN : Math.min(2, Math.max(0, 1 - similarity));
}

/** Distances up to this one are within the rounding of equal float32 rows. */
const indistinct = 2 ** -22;

/** Squared Euclidean distance `2 − 2 s` of unit rows; 0 for rows that float32 cannot tell apart. */
export function squaredDistance(similarity: number): number {
  const distance = cosineDistance(similarity);
  return distance <= indistinct ? 0 : 2 * distance;
}
