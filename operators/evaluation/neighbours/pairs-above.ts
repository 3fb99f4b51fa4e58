import type { VectorSet } from '../vectors/vector-set.ts';
import type { ComparisonOptions } from './comparison-options.ts';
import { compareSets } from './compare-sets.ts';
import { pairGatherer, type PairSummary } from './pair-summary.ts';

/** Options of a search for pairs. */
export interface PairsAboveOptions extends Omit<ComparisonOptions, 'leaveOneOut'> {
  /** Least cosine similarity of a pair, above 0 and at most 1. */
  readonly threshold: number;
  /** Thresholds to count pairs at, ascending, the first of them `threshold`. */
  readonly ladder: readonly number[];
  /** Pairs that are kept, the most similar of all. */
  readonly maxPairs: number;
}

/**
 * All pairs of rows whose cosine similarity is at least `threshold`, decided in float64: within one set, each pair once, or
 * between two.
 *
 * A function of the rows alone, not of blocks, groups or threads. Rows of the second set are numbered behind those of the
 * first one.
 *
 * Memory: `memoryMb`, and in each thread what `pairGatherer` takes, whatever the number of pairs.
 *
 * @param set Rows of length 1, within what float32 can say.
 * @throws {RangeError} When sets do not fit together, an option is out of its range, or a row is not finite.
 * @throws {PipelineError} `ERR_ENGINE` when a thread failed, such as for lack of memory.
 * @throws The reason of `signal`, when it aborts first.
 */
export async function pairsAbove(
  set: VectorSet,
  other: VectorSet | null,
  { threshold, ladder, maxPairs, ...rest }: PairsAboveOptions,
): Promise<PairSummary> {
  const kept = { rows: set.count + (other?.count ?? 0), maxPairs, ladder };
  const all = pairGatherer(kept);
  const groups = compareSets(set, other ?? set, {
    ...rest,
    spec: {
      kind: 'threshold',
      dim: set.dim,
      threshold,
      supportFrom: other === null ? null : set.count,
      ...kept,
    },
    selves: Int32Array.from({ length: set.count }, (_, position) => position),
    bytesPerQuery: 8,
    copies: Infinity,
  });
  for await (const { parts } of groups) for (const part of parts) all.merge(part);
  return all.summary();
}
