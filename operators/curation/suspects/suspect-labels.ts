import type { NeighbourGroup } from '../../evaluation/neighbours/nearest-neighbours.ts';
import { neighbourGroups } from '../../evaluation/neighbours/nearest-neighbours.ts';
import {
  type SelectedVectors,
  selectedVectors,
  vectorsWithClass,
} from '../../evaluation/vectors/selected-vectors.ts';
import { unitVectors } from '../../evaluation/vectors/unit-vectors.ts';
import type { VectorSet } from '../../evaluation/vectors/vector-set.ts';
import { joinedClasses, withClasses } from '../../evaluation/vectors/with-classes.ts';
import { PipelineError } from '../../errors.ts';
import { atLeastOne, outOfRange } from '../../out-of-range.ts';
import { defaultMemoryMb } from '../curation-options.ts';
import { type ClassShares, classShares, largestShare } from './class-shares.ts';
import { confidentJoint } from './confident-joint.ts';
import { type MistakenPair, mistakenPairs } from './mistaken-pairs.ts';
import { pruneByNoiseRate } from './prune-by-noise-rate.ts';
import { rowLosses } from './row-losses.ts';
import type { SuspectLabelsOptions } from './suspect-options.ts';
import { suspicionOrder } from './suspicion-order.ts';

/** Label errors of a set: what its neighbours say of each row. Rows in order of position. */
export interface SuspectLabels {
  readonly classes: readonly string[];
  readonly count: number;
  /** Neighbours of each row. */
  readonly k: number;
  /** `[count]` class that is given, -1 when unknown. */
  readonly labels: Int32Array;
  /** `[count]` class with the largest share of the vote, -1 when nobody votes. */
  readonly suggested: Int32Array;
  /** `[count]` share of the suggested class, NaN without a vote. */
  readonly suggestedShare: Float64Array;
  /** `[count]` `knn_self_confidence`: share of the given class, NaN without class or vote. */
  readonly selfConfidence: Float64Array;
  /** `[count]` normalised margin: share of the given class minus the largest of another, −1 to 1. */
  readonly margin: Float64Array;
  /** `[count]` SINCERE loss of the row, in nats; NaN without a class or a positive. */
  readonly loss: Float64Array;
  /**
   * `[count]` 1 for the most suspicious row with a class: by `loss² × (1 − margin)`. 0 for rows without a class, or
   * without a vote.
   */
  readonly rank: Int32Array;
  /** `[count]` 1 for a row whose label is probably wrong: as many as are estimated, for each pair of classes. */
  readonly suspect: Uint8Array;
  /** `[count]` row of the support of another class that is a near-duplicate, -1 for none. */
  readonly duplicate: Int32Array;
  /** `[count]` similarity to the nearest row of another class, NaN for none. */
  readonly otherSimilarity: Float64Array;
  /** `[count, k]` rows of the support, nearest first, -1 for an empty place. */
  readonly neighbours: Int32Array;
  /** `[count, k]` cosine similarities, NaN for an empty place. */
  readonly similarities: Float64Array;
  /** The rows that the others are compared with: `neighbours` are positions in it. */
  readonly support: Pick<VectorSet, 'id' | 'labels' | 'count'>;
  /** `[classes]` mean self-confidence of the rows of a class: the share from which a row confidently belongs to it. */
  readonly thresholds: Float64Array;
  /** Which classes are mistaken for which, most estimated errors first. */
  readonly pairs: readonly MistakenPair[];
  /** Losses are of a sample of the support. */
  readonly sampled: boolean;
}

/**
 * Finds labels that are probably wrong: rows whose nearest neighbours have another class.
 *
 * How many labels of a class are wrong, and which class is the right one, is estimated from the votes by confident
 * learning. So many rows are suspects: of those whose neighbours prefer that class to the given one, the first by
 * `loss² × margin`. All rows are ranked by `loss² × (1 − margin)`, highest first. Exact neighbours; the result is a function of
 * the rows and the seed.
 *
 * Time: rows × support × dim. Memory: 12 `k` + 70 bytes for each row, the votes, `sample` rows, and `memoryMb`.
 *
 * @param of Rows whose neighbours vote; with `leaveOneOut` the same set. Rows without a class do not vote.
 * @throws {RangeError} When an option is out of its range or rows of the two have not the same length.
 * @throws {PipelineError} `ERR_FORMAT` when no row of `of` has a class, or a row cannot be used; `ERR_ENGINE`.
 * @throws The reason of `signal`, when it aborts first.
 * @see Northcutt, Jiang and Chuang, Confident learning, 2021; Zhu, Dong and Liu, Detecting corrupted labels without
 * training a model to predict, 2022 (votes of neighbours).
 * @example
 * ```ts
 * async function wrong(set: VectorSet): Promise<readonly string[]> {
 *   const { suspect } = await suspectLabels(set, set, { layer: 'projection', leaveOneOut: true });
 *   return [...suspect.keys()].filter((row) => suspect[row] === 1).map((row) => set.id(row));
 * }
 * ```
 */
export async function suspectLabels(
  set: VectorSet,
  of: VectorSet,
  options: SuspectLabelsOptions,
): Promise<SuspectLabels> {
  const { k = 10, temperature = 0.1, sample = 10_000, duplicate = 0.99, seed = 0 } = options;
  const {
    layer,
    leaveOneOut = false,
    memoryMb = defaultMemoryMb,
    threads,
    signal,
    onProgress,
  } = options;
  checkOptions({ k, sample }, { temperature, duplicate });
  const classes = joinedClasses(of, set);
  const support = vectorsWithClass(unitOf(of, classes, layer));
  checkSets(set, of, support);
  const rows = leaveOneOut ? unitOf(of, classes, layer) : unitOf(set, classes, layer);
  const found = emptyFindings(rows, k);
  const parts = partsOf(rows, leaveOneOut ? support : vectorsWithClass(rows));
  let before = 0;
  for (const part of parts) {
    const isOwn = leaveOneOut && part === support;
    const search = { k, threads, memoryMb, signal, leaveOneOut: isOwn };
    const done = before;
    const told = (now: number): void =>
      onProgress?.({ label: 'neighbours', done: done + now, total: rows.count, unit: 'images' });
    for await (const group of neighbourGroups(part, support, { ...search, onProgress: told })) {
      addGroup(found, part, group, duplicate);
    }
    before += part.count;
  }
  const [known] = parts;
  const measured = await rowLosses(known!, support, {
    temperature,
    sample,
    seed,
    leaveOneOut,
    memoryMb,
    threads,
    signal,
    onProgress: (done) =>
      onProgress?.({ label: 'loss', done, total: known!.count, unit: 'images' }),
  });
  for (const [at, position] of known!.positions.entries()) found.loss[position] = measured[at]!;
  const judged = judge(found, known!.positions, classes.length);
  const { shares: _, ...columns } = found;
  return {
    ...columns,
    classes,
    count: rows.count,
    k,
    support,
    ...judged,
    sampled: support.count > sample,
  };
}

/** Columns that are filled in, and the votes that they are made from. */
type Findings = ReturnType<typeof emptyFindings>;

function emptyFindings({ count, labels }: VectorSet, k: number) {
  const numbers = (): Float64Array => new Float64Array(count).fill(NaN);
  return {
    labels,
    shares: Array.from({ length: count }, (): ClassShares => new Map()),
    suggested: new Int32Array(count).fill(-1),
    suggestedShare: numbers(),
    selfConfidence: numbers(),
    margin: numbers(),
    loss: numbers(),
    rank: new Int32Array(count),
    suspect: new Uint8Array(count),
    duplicate: new Int32Array(count).fill(-1),
    otherSimilarity: numbers(),
    neighbours: new Int32Array(count * k).fill(-1),
    similarities: new Float64Array(count * k).fill(NaN),
  };
}

/** Rows with a class, then those without: only the former may be in the support. */
function partsOf(rows: VectorSet, known: SelectedVectors): readonly SelectedVectors[] {
  if (known.count === rows.count) return [known];
  const without: number[] = [];
  for (const [position, label] of rows.labels.entries()) if (label < 0) without.push(position);
  return [known, selectedVectors(rows, Int32Array.from(without))];
}

function addGroup(
  found: Findings,
  part: SelectedVectors,
  { first, found: near }: NeighbourGroup,
  duplicate: number,
): void {
  const { k, nearest, other, sameAndOther } = near;
  for (let query = 0; query < near.count; query += 1) {
    const row = part.positions[first + query]!;
    const similarities = nearest.similarities.subarray(query * k, (query + 1) * k);
    found.neighbours.set(nearest.positions.subarray(query * k, (query + 1) * k), row * k);
    found.similarities.set(similarities, row * k);
    const labels = nearest.labels.subarray(query * k, (query + 1) * k);
    addVote(found, row, classShares(similarities, labels));
    const similarity = other.similarities[query * sameAndOther]!;
    found.otherSimilarity[row] = similarity;
    if (similarity >= duplicate) found.duplicate[row] = other.positions[query * sameAndOther]!;
  }
}

function addVote(found: Findings, row: number, shares: ClassShares): void {
  found.shares[row] = shares;
  if (shares.size === 0) return;
  const label = found.labels[row]!;
  const suggested = largestShare(shares);
  found.suggested[row] = suggested;
  found.suggestedShare[row] = shares.get(suggested)!;
  if (label < 0) return;
  const own = shares.get(label) ?? 0;
  const other = largestShare(shares, (one) => one !== label);
  found.selfConfidence[row] = own;
  found.margin[row] = own - (shares.get(other) ?? 0);
}

/** Marks the suspects and ranks the rows at `positions`, which have a class. */
function judge(
  found: Findings,
  positions: Int32Array,
  classes: number,
): Pick<SuspectLabels, 'thresholds' | 'pairs'> {
  const labels = positions.map((position) => found.labels[position]!);
  const shares = Array.from(positions, (position) => found.shares[position]!);
  const losses = Float64Array.from(positions, (position) => found.loss[position]!);
  const { thresholds, estimates } = confidentJoint({ labels, shares, classes });
  const suspect = pruneByNoiseRate({ labels, shares, losses, classes }, estimates);
  for (const [at, position] of positions.entries()) found.suspect[position] = suspect[at]!;
  const suggested = positions.map((position) => found.suggested[position]!);
  const margin = Float64Array.from(positions, (position) => found.margin[position]!);
  for (const [place, at] of suspicionOrder({ margin, loss: losses }).entries()) {
    found.rank[positions[at]!] = place + 1;
  }
  const pairs = mistakenPairs({ labels, suggested, suspect, classes }, estimates);
  return { thresholds, pairs };
}

function unitOf(
  set: VectorSet,
  classes: readonly string[],
  layer: SuspectLabelsOptions['layer'],
): VectorSet {
  return unitVectors(withClasses(set, classes), layer);
}

function checkSets(set: VectorSet, of: VectorSet, support: VectorSet): void {
  if (set.dim !== of.dim) {
    throw new RangeError(
      `Expected rows of \`${set.name}\` to have length ${of.dim} like those of \`${of.name}\`, got \`${set.dim}\``,
    );
  }
  if (support.count > 0) return;
  throw new PipelineError(
    'ERR_FORMAT',
    `\`${of.name}\` holds no row with a class: there is no label to check. Give a set with labels.`,
    { path: of.name },
  );
}

function checkOptions(
  counts: Readonly<Record<'k' | 'sample', number>>,
  { temperature, duplicate }: Readonly<Record<'temperature' | 'duplicate', number>>,
): void {
  for (const [name, value] of Object.entries(counts)) atLeastOne(name, value);
  if (!(temperature > 0)) throw outOfRange('temperature', 'above 0', temperature);
  if (!(duplicate >= -1 && duplicate <= 1)) {
    throw outOfRange('duplicate', 'from -1 to 1', duplicate);
  }
}
