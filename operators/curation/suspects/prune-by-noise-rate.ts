import type { ClassShares } from './class-shares.ts';
import type { PairEstimate } from './confident-joint.ts';

/** Rows with a class: the vote about each, and its loss. */
export interface PrunedRows {
  /** `[rows]` class, 0 or more. */
  readonly labels: Int32Array;
  /** `[rows]` empty where nobody votes. */
  readonly shares: readonly ClassShares[];
  /** `[rows]` 0 or more; NaN for none, which comes last. */
  readonly losses: Float64Array;
  readonly classes: number;
}

/** A row whose neighbours give more to another class than to its own. */
interface Candidate {
  readonly row: number;
  /** Share of the other class minus that of its own, above 0. */
  readonly margin: number;
  readonly score: number;
}

/**
 * Prune by noise rate: for each pair of a given and a true class as many rows as are estimated, rounded, of those whose
 * neighbours give more to the true class than to the given one: the largest `loss² × margin` first, then the largest
 * margin, then the lowest position. A row may be among those of several pairs.
 *
 * The source goes by the margin alone, of which few neighbours leave many nearly equal; the loss, which sees all rows,
 * tells these apart, weighted as in the rank.
 *
 * @returns `[rows]` 1 for a row that is pruned.
 * @see Northcutt, Jiang and Chuang, Confident learning, JAIR 70, 2021, section 3.2.
 */
export function pruneByNoiseRate(
  rows: PrunedRows,
  estimates: readonly PairEstimate[],
): Uint8Array<ArrayBuffer> {
  const pruned = new Uint8Array(rows.labels.length);
  const candidates = candidatesOf(rows, estimates);
  for (const { given, true: other, estimated } of estimates) {
    const ranked = candidates.get(given * rows.classes + other)!.sort(bySuspicion);
    for (const { row } of ranked.slice(0, Math.round(estimated))) pruned[row] = 1;
  }
  return pruned;
}

/** Of each pair with an estimate. */
function candidatesOf(
  { labels, shares, losses, classes }: PrunedRows,
  estimates: readonly PairEstimate[],
): ReadonlyMap<number, Candidate[]> {
  const candidates = new Map(
    estimates.map((pair): [number, Candidate[]] => [pair.given * classes + pair.true, []]),
  );
  for (const [row, given] of labels.entries()) {
    const own = shares[row]!.get(given) ?? 0;
    for (const [other, share] of shares[row]!) {
      const margin = share - own;
      if (!(margin > 0)) continue;
      const loss = losses[row]!;
      const score = Number.isNaN(loss) ? -1 : loss * loss * margin;
      candidates.get(given * classes + other)?.push({ row, margin, score });
    }
  }
  return candidates;
}

function bySuspicion(a: Candidate, b: Candidate): number {
  return b.score - a.score || b.margin - a.margin || a.row - b.row;
}
