import type { PairEstimate } from './confident-joint.ts';

/** How many rows of one given class probably belong to another. */
export interface MistakenPair {
  readonly given: number;
  readonly suggested: number;
  /** Rows that are suspects. */
  readonly suspects: number;
  /** Estimated rows; 0 where none is. */
  readonly estimated: number;
}

/** Rows with a class. */
export interface SuggestedRows {
  /** `[rows]` class, 0 or more. */
  readonly labels: Int32Array;
  /** `[rows]` class of the largest share. */
  readonly suggested: Int32Array;
  /** `[rows]` 1 for a suspect. */
  readonly suspect: Uint8Array;
  readonly classes: number;
}

/** Pairs of classes with suspects or an estimate: the most estimated first, then the most suspects, then by class. */
export function mistakenPairs(
  { labels, suggested, suspect, classes }: SuggestedRows,
  estimates: readonly PairEstimate[],
): readonly MistakenPair[] {
  const estimated = new Map(
    estimates.map((pair) => [pair.given * classes + pair.true, pair.estimated]),
  );
  const suspects = new Map([...estimated.keys()].map((pair) => [pair, 0]));
  for (const [row, given] of labels.entries()) {
    if (suspect[row] === 0) continue;
    const pair = given * classes + suggested[row]!;
    suspects.set(pair, (suspects.get(pair) ?? 0) + 1);
  }
  const pairs = Array.from(suspects, ([pair, rows]) => {
    const [given, other] = [Math.floor(pair / classes), pair % classes];
    return { given, suggested: other, suspects: rows, estimated: estimated.get(pair) ?? 0 };
  });
  return pairs.sort(
    (a, b) =>
      b.estimated - a.estimated ||
      b.suspects - a.suspects ||
      a.given - b.given ||
      a.suggested - b.suggested,
  );
}
