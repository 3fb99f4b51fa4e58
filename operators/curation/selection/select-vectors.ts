import { unitVectors } from '../../evaluation/vectors/unit-vectors.ts';
import type { VectorSet } from '../../evaluation/vectors/vector-set.ts';
import { atLeastOne, outOfRange } from '../../out-of-range.ts';
import { type Random, seededRandom } from '../../random.ts';
import { cosineDistance } from './cosine-distance.ts';
import { distanceDraws } from './distance-draws.ts';
import { farthestFirst } from './farthest-first.ts';
import { type NearestChosen, nearestChosen } from './nearest-chosen.ts';
import { isPowerOfTwo, powerOfTwoAbove } from './powers-of-two.ts';
import type { SelectionMethod, SelectVectorsOptions } from './selection-options.ts';
import { typicalRow, typicalRowPasses } from './typical-row.ts';

/** A diverse subset of a set, in the order in which its rows were chosen. */
export interface VectorSelection {
  readonly method: SelectionMethod;
  /** `[chosen]` rows of the set. */
  readonly positions: Int32Array;
  /** `[chosen]` cosine distance, 0 to 2, to the nearest chosen before it; NaN where there is none. */
  readonly distances: Float64Array;
  /** How well the first rows cover all: at each power of two, at the end, and of `labelled` alone. */
  readonly coverage: readonly CoverageRow[];
  /** Rows that could be chosen. */
  readonly selectable: number;
  /** Rows that were left out because `labelled` has their id. */
  readonly excluded: number;
  /** Times that the rows of the set were read. */
  readonly passes: number;
}

/** Distances of all rows to the nearest of the first rows that were chosen, and of `labelled`. */
export interface CoverageRow {
  readonly chosen: number;
  /** Cosine distance of the row that is covered worst. */
  readonly max: number;
  readonly mean: number;
}

/**
 * Chooses rows that differ: the first of them, of whatever number, stand for the set.
 *
 * `k-centre` takes the row whose nearest chosen row is farthest (of equal ones the first), beginning with the one nearest to
 * the mean direction; `k-means++` draws each by the square of that distance, beginning with any. Similarities are exact,
 * in float64; the result is a function of the rows, their order and the seed. More rows begin with the same ones.
 *
 * Time: rows × count × dim, in some passes over the rows. Memory: 25 bytes for each row, their ids while those of `labelled`
 * are looked for, 4,096 rows twice, and `memoryMb`.
 *
 * @throws {RangeError} When an option is out of its range, such as `count` above the rows that there are.
 * @throws {PipelineError} `ERR_FORMAT` when a row cannot be used; `ERR_ENGINE`.
 * @throws The reason of `signal`, when it aborts first.
 * @see Gonzalez, 1985; Sener and Savarese, Active learning for convolutional neural networks: a core-set approach, 2018;
 * Arthur and Vassilvitskii, 2007.
 * @example
 * ```ts
 * async function toLabelNext(set: VectorSet): Promise<readonly string[]> {
 *   const { positions } = await selectVectors(set, { layer: 'projection', count: 100 });
 *   return Array.from(positions, (position) => set.id(position));
 * }
 * ```
 */
export async function selectVectors(
  set: VectorSet,
  options: SelectVectorsOptions,
): Promise<VectorSelection> {
  const { layer, count, method = 'k-centre', labelled, signal, onProgress } = options;
  const { threads, memoryMb, seed = 0, sharedIds = true } = options;
  const rows = withoutClasses(unitVectors(set, layer));
  const state = nearestChosen(rows, { threads, memoryMb, signal });
  const excluded = labelled === undefined || !sharedIds ? 0 : exclude(set, labelled, state.taken);
  const selectable = set.count - excluded;
  checkCount(count, selectable, set, sharedIds ? labelled : undefined);
  const coverage: CoverageRow[] = [];
  if (labelled !== undefined && labelled.count > 0) {
    await state.start(withoutClasses(unitVectors(labelled, layer)));
    coverage.push(coverageOf(state));
  }
  const afterSome = (): void => {
    signal?.throwIfAborted();
    const done = state.positions.length;
    onProgress?.({ label: 'selection', done, total: count, unit: 'rows' });
  };
  const random = seededRandom('select', seed);
  const isTypical = coverage.length === 0 && method === 'k-centre';
  if (coverage.length === 0) {
    const first = isTypical ? await typicalRow(rows) : random.below(set.count);
    state.choose(first, -Infinity, await state.gather(Int32Array.of(first)));
  }
  await chooseRows(state, { count, method, random, coverage, afterSome });
  const positions = Int32Array.from(state.positions);
  const distances = Float64Array.from(state.distances);
  const passes = state.passes + (isTypical ? typicalRowPasses : 0);
  return { method, positions, distances, coverage, selectable, excluded, passes };
}

interface Choosing {
  readonly count: number;
  readonly method: SelectionMethod;
  readonly random: Random;
  /** Gets a row at each power of two, and at the end. */
  readonly coverage: CoverageRow[];
  readonly afterSome: () => void;
}

/** Chooses rows until there are `count`. A refresh comes at each power of two at the latest, whatever `count` is. */
async function chooseRows(
  state: NearestChosen,
  { count, method, random, coverage, afterSome }: Choosing,
): Promise<void> {
  for (;;) {
    await state.refresh();
    afterSome();
    const chosen = state.positions.length;
    if (chosen > 0 && (chosen === count || isPowerOfTwo(chosen))) coverage.push(coverageOf(state));
    if (chosen === count) return;
    const until = Math.min(count, powerOfTwoAbove(chosen));
    if (method === 'k-centre') await farthestFirst(state, until, afterSome);
    else await distanceDraws(state, until, afterSome, random);
  }
}

/** Rows that are chosen or left out have what they need: their distance is 0. */
function coverageOf({ similarities, taken, positions }: NearestChosen): CoverageRow {
  let [max, sum] = [0, 0];
  for (let row = 0; row < similarities.length; row += 1) {
    const distance = taken[row] === 0 ? cosineDistance(similarities[row]!) : 0;
    max = Math.max(max, distance);
    sum += distance;
  }
  return { chosen: positions.length, max, mean: sum / similarities.length };
}

/** Marks the rows that have an id of `labelled`. @returns How many. */
function exclude(set: VectorSet, labelled: VectorSet, taken: Uint8Array): number {
  const ids = new Set<string>();
  for (let row = 0; row < labelled.count; row += 1) ids.add(labelled.id(row));
  let excluded = 0;
  for (let row = 0; row < set.count; row += 1) {
    if (!ids.has(set.id(row))) continue;
    taken[row] = 1;
    excluded += 1;
  }
  return excluded;
}

/** Nearest rows of whatever class are asked for. */
function withoutClasses(set: VectorSet): VectorSet {
  const labels = new Int32Array(set.count).fill(-1);
  const { name, count, dim } = set;
  return {
    name,
    classes: [],
    count,
    dim,
    labels,
    id: (position) => set.id(position),
    blocks: () => set.blocks(),
  };
}

function checkCount(
  count: number,
  selectable: number,
  set: VectorSet,
  labelled: VectorSet | undefined,
): void {
  atLeastOne('count', count);
  if (count <= selectable) return;
  const but = labelled === undefined ? '' : ` whose ids are not in \`${labelled.name}\``;
  throw outOfRange('count', `at most ${selectable}, the rows of \`${set.name}\`${but}`, count);
}
