import { atLeastOne, outOfRange } from '../../out-of-range.ts';
import type { Pairs } from '../../evaluation/neighbours/pair-summary.ts';
import { pairsAbove } from '../../evaluation/neighbours/pairs-above.ts';
import { unitVectors } from '../../evaluation/vectors/unit-vectors.ts';
import type { VectorSet } from '../../evaluation/vectors/vector-set.ts';
import type { CurationOptions } from '../curation-options.ts';
import { type DuplicateGroups, duplicateGroups, type Rung, rungs } from './duplicate-groups.ts';
import { type DuplicateKind, duplicateKinds, type KindOfPair } from './duplicate-kinds.ts';
import { type DuplicateImage, type NumberedImages, numberedImages } from './numbered-images.ts';

/** Options of a search for duplicates. */
export interface DuplicatesOptions extends Omit<CurationOptions<'duplicates'>, 'layer'> {
  /** Least cosine similarity of a pair, above 0 and at most 1. @default 0.99 */
  readonly threshold?: number | undefined;
  /** Maximum pairs of the result, the most similar of all; groups are of all pairs whatever their number. @default 1000000 */
  readonly maxPairs?: number | undefined;
}

/** Two rows that are alike. */
export interface DuplicatePair {
  readonly image: DuplicateImage;
  /** A later row of the same set, or one of the other set. */
  readonly other: DuplicateImage;
  /** Cosine similarity, exactly 1 for vectors that are equal bit for bit. */
  readonly similarity: number;
  readonly kind: DuplicateKind;
}

/** Rows that are connected by pairs (single linkage): two of them need not be alike themselves. */
export interface DuplicateGroup {
  /** Rows, the first of which stands for the group. */
  readonly members: readonly DuplicateImage[];
  /** Whether to drop each of them: within a set all but the first, between two sets those of the second one. */
  readonly drops: readonly boolean[];
  /** Similarity of the least similar link that holds it together: at a higher threshold it falls apart. */
  readonly weakestLink: number;
  /** Known classes; with several of them a label is wrong, or classes cannot be told apart. */
  readonly classes: readonly string[];
}

/** Number of pairs of each kind. */
export type KindCounts = Readonly<Record<DuplicateKind, number>>;

/** Near-duplicates of a set, or between two sets. */
export interface NearDuplicates {
  readonly threshold: number;
  /** Rows of each set. */
  readonly rows: readonly number[];
  /** Between two sets: leaks. */
  readonly between: boolean;
  /** Number of pairs, those that are not listed included. */
  readonly pairs: number;
  /** Pairs that are listed. */
  readonly listed: number;
  /** Listed pairs of each kind. */
  readonly kinds: KindCounts;
  /** Number of groups. */
  readonly groups: number;
  /** Rows of the largest group; 0 without one. */
  readonly largest: number;
  /** Groups with more than one class. */
  readonly mixedGroups: number;
  /** Rows in groups. */
  readonly grouped: number;
  /** Rows to drop, for none of them to be alike (within a set), or none of the second set to be in the first. */
  readonly drops: number;
  /** What there would be at this threshold and at higher ones. */
  readonly ladder: readonly Rung[];
  /** A pair, the most similar first; ties in the order of rows. @param at 0 to `listed - 1` */
  readonly pair: (at: number) => DuplicatePair;
  /** A group, in the order of their first rows. @param at 0 to `groups - 1` */
  readonly group: (at: number) => DuplicateGroup;
}

/** Threshold when none is given, by the planted copies of `test/bench/RESULTS.md`. See the ladder. */
export const defaultThreshold = 0.99;

/** Pairs that are listed when it is not said. */
export const defaultMaxPairs = 1_000_000;

/** Higher thresholds of the ladder. */
const steps = [0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.97, 0.98, 0.99, 0.995, 0.999, 0.9995, 0.9999, 1];

/**
 * Near-duplicates: all pairs of rows whose cosine similarity is at least `threshold`, exactly, and the groups that they
 * connect; within one set, or between two sets (not within either).
 *
 * A function of the rows alone. Rows are read a block at a time, and as often as there are groups of them that fit
 * `memoryMb`; within one set half of the products are computed.
 *
 * Memory: `memoryMb`; in each thread some 60 bytes for a row and 32 for each pair up to `maxPairs`, however many there are.
 *
 * @throws {RangeError} When the sets do not fit together or an option is out of its range.
 * @throws {PipelineError} `ERR_FORMAT` naming a row that is not finite or 0; `ERR_ENGINE` when a thread failed.
 * @throws The reason of `signal`, when it aborts first.
 * @example
 * ```ts
 * const rows = Float32Array.of(1, 0, 0, 1, 0.1, 1); // three vectors
 * const images = { classes: ['cat'], ids: ['a', 'b', 'c'], labels: Int32Array.of(0, 0, 0) };
 * const set = vectorsInMemory({ name: 'three', ...images, dim: 2, rows });
 * const { pair } = await nearDuplicates(set, null, { threshold: 0.9 });
 * console.log(pair(0)); // b and c, similarity 0.995
 * ```
 */
export async function nearDuplicates(
  set: VectorSet,
  other: VectorSet | null,
  options: DuplicatesOptions = {},
): Promise<NearDuplicates> {
  const { threshold = defaultThreshold, maxPairs = defaultMaxPairs } = options;
  const { threads, memoryMb, signal, onProgress } = options;
  if (!(threshold > 0 && threshold <= 1)) {
    throw outOfRange('threshold', 'above 0 and at most 1', threshold);
  }
  atLeastOne('maxPairs', maxPairs);
  const ladder = [threshold, ...steps.filter((step) => step > threshold)];
  const sets = other === null ? [set] : [set, other];
  const [first, second = null] = sets.map((one) => unitVectors(one, 'embedding'));
  const found = await pairsAbove(first!, second, {
    threshold,
    maxPairs,
    ladder,
    threads,
    memoryMb,
    signal,
    onProgress: (done) =>
      onProgress?.({ label: 'duplicates', done, total: set.count, unit: 'images' }),
  });
  const rows = sets.reduce((sum, { count }) => sum + count, 0);
  const kindOf = await duplicateKinds(sets, found.pairs);
  const images = numberedImages(sets);
  return {
    threshold,
    rows: sets.map(({ count }) => count),
    between: other !== null,
    pairs: found.counts[0]!,
    ...listedPairs(found.pairs, kindOf, images),
    ...namedGroups(duplicateGroups(found.links, rows), images),
    ladder: rungs(found.links, ladder, { rows, counts: found.counts }),
  };
}

/** The pairs that are listed, and how many of each kind. */
function listedPairs(
  { first, second, similarity }: Pairs,
  kindOf: KindOfPair,
  { image }: NumberedImages,
): Pick<NearDuplicates, 'listed' | 'kinds' | 'pair'> {
  const kindAt = (at: number): DuplicateKind => kindOf(first[at]!, second[at]!, similarity[at]!);
  const kinds = { file: 0, vector: 0, near: 0 };
  for (const at of first.keys()) kinds[kindAt(at)] += 1;
  const pair = (at: number): DuplicatePair => ({
    image: image(first[at]!),
    other: image(second[at]!),
    similarity: similarity[at]!,
    kind: kindAt(at),
  });
  return { listed: first.length, kinds, pair };
}

/** The groups with the images in them, and how many there are of what. */
function namedGroups(
  { members, starts, weakest }: DuplicateGroups,
  images: NumberedImages,
): Pick<NearDuplicates, 'groups' | 'grouped' | 'largest' | 'mixedGroups' | 'drops' | 'group'> {
  const groups = weakest.length;
  const rowsOf = (at: number): Int32Array => members.subarray(starts[at], starts[at + 1]);
  const group = (at: number): DuplicateGroup => {
    const rows = rowsOf(at);
    const named = Array.from(rows, images.image);
    const classes = new Set(named.map((one) => one.class).filter((name) => name !== null));
    const drops = Array.from(rows, (row, place) => images.isDropped(row, place));
    return { members: named, drops, weakestLink: weakest[at]!, classes: [...classes] };
  };
  return { groups, grouped: members.length, ...groupCounts(groups, rowsOf, images), group };
}

function groupCounts(
  groups: number,
  rowsOf: (group: number) => Int32Array,
  { labelOf, isDropped }: NumberedImages,
): Pick<NearDuplicates, 'largest' | 'mixedGroups' | 'drops'> {
  let [largest, mixedGroups, drops] = [0, 0, 0];
  for (let at = 0; at < groups; at += 1) {
    const rows = rowsOf(at);
    const labels = new Set(rows.map(labelOf));
    labels.delete(-1);
    if (labels.size > 1) mixedGroups += 1;
    for (const [place, row] of rows.entries()) drops += Number(isDropped(row, place));
    largest = Math.max(largest, rows.length);
  }
  return { largest, mixedGroups, drops };
}
