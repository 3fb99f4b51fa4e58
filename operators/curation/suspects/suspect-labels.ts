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
import { rowLosses } from './row-losses.ts';
import {
  addGroup,
  emptyFindings,
  type Findings,
  judge,
  type JudgedClasses,
  type SuspectColumns,
} from './suspect-findings.ts';
import type { SuspectLabelsOptions } from './suspect-options.ts';

/** Label errors of a set: what its neighbours say of each row. Rows in order of position. */
export interface SuspectLabels extends SuspectColumns, JudgedClasses {
  readonly classes: readonly string[];
  readonly count: number;
  /** Neighbours of each row. */
  readonly k: number;
  /** The rows that the others are compared with: `neighbours` are positions in it. */
  readonly support: Pick<VectorSet, 'id' | 'labels' | 'count'>;
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
  const settings = checkedSettings(options);
  const { leaveOneOut, k, sample } = settings;
  const classes = joinedClasses(of, set);
  const rowsOf = (one: VectorSet): VectorSet =>
    unitVectors(withClasses(one, classes), options.layer);
  const support = vectorsWithClass(rowsOf(of));
  checkSets(set, of, support);
  const rows = rowsOf(leaveOneOut ? of : set);
  const known = leaveOneOut ? support : vectorsWithClass(rows);
  const found = emptyFindings(rows, k);
  await addNeighbours(found, { rows, known, support }, settings);
  await addLosses(found, { known, support }, settings);
  const { thresholds, pairs } = judge(found, known.positions, classes.length);
  const { shares: _, ...columns } = found;
  const sampled = support.count > sample;
  return { ...columns, classes, count: rows.count, k, support, thresholds, pairs, sampled };
}

type Settings = ReturnType<typeof checkedSettings>;

/** Options with their defaults. @throws {RangeError} When one is out of its range. */
function checkedSettings(options: SuspectLabelsOptions) {
  const { k = 10, temperature = 0.1, sample = 10_000, duplicate = 0.99, seed = 0 } = options;
  const { leaveOneOut = false, memoryMb = defaultMemoryMb, threads, signal, onProgress } = options;
  atLeastOne('k', k);
  atLeastOne('sample', sample);
  if (!(temperature > 0)) throw outOfRange('temperature', 'above 0', temperature);
  if (!(duplicate >= -1 && duplicate <= 1)) {
    throw outOfRange('duplicate', 'from -1 to 1', duplicate);
  }
  const scores = { k, temperature, sample, duplicate, seed, leaveOneOut };
  return { ...scores, memoryMb, threads, signal, onProgress };
}

/** Rows that are judged, those of them with a class, and the rows whose classes vote. */
interface JudgedRows {
  readonly rows: VectorSet;
  readonly known: SelectedVectors;
  readonly support: SelectedVectors;
}

/** Adds what the neighbours of each row say of it. */
async function addNeighbours(
  found: Findings,
  { rows, known, support }: JudgedRows,
  settings: Settings,
): Promise<void> {
  const { k, duplicate, leaveOneOut, threads, memoryMb, signal, onProgress } = settings;
  let before = 0;
  for (const part of partsOf(rows, known)) {
    // Rows without a class are not in the support: there is no self to leave out.
    const isOwn = leaveOneOut && part === support;
    const done = before;
    const groups = neighbourGroups(part, support, {
      k,
      leaveOneOut: isOwn,
      threads,
      memoryMb,
      signal,
      onProgress: (now) =>
        onProgress?.({ label: 'neighbours', done: done + now, total: rows.count, unit: 'images' }),
    });
    for await (const group of groups) addGroup(found, part, group, duplicate);
    before += part.count;
  }
}

/** Adds the loss of each row with a class. */
async function addLosses(
  found: Findings,
  { known, support }: Pick<JudgedRows, 'known' | 'support'>,
  { onProgress, ...settings }: Settings,
): Promise<void> {
  const total = known.count;
  const losses = await rowLosses(known, support, {
    ...settings,
    onProgress: (done) => onProgress?.({ label: 'loss', done, total, unit: 'images' }),
  });
  for (const [at, position] of known.positions.entries()) found.loss[position] = losses[at]!;
}

/** Rows with a class, then those without: only the former may be in the support. */
function partsOf(rows: VectorSet, known: SelectedVectors): readonly SelectedVectors[] {
  if (known.count === rows.count) return [known];
  const without: number[] = [];
  for (const [position, label] of rows.labels.entries()) if (label < 0) without.push(position);
  return [known, selectedVectors(rows, Int32Array.from(without))];
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
