import { joinedClasses, withClasses } from '../../evaluation/vectors/with-classes.ts';
import { unitVectors } from '../../evaluation/vectors/unit-vectors.ts';
import type { VectorSet } from '../../evaluation/vectors/vector-set.ts';
import { atLeastOne, outOfRange } from '../../out-of-range.ts';
import { defaultMemoryMb } from '../curation-options.ts';
import {
  type DriftGroup,
  driftGroups,
  type DriftSides,
  isComparable,
  leastRows,
} from './drift-groups.ts';
import type { TestOptions, VectorDriftOptions } from './drift-options.ts';
import { type ComparedGroup, type DriftRow, driftRows } from './drift-rows.ts';
import { type DriftExample, farExamples } from './far-examples.ts';
import { kernelDiscrepancies } from './kernel-discrepancy.ts';
import { labelShift } from './label-shift.ts';
import { meanShifts } from './mean-shifts.ts';
import { sameVectors } from './same-vectors.ts';

/** Rows of a class on both sides. */
export interface ClassRows {
  readonly class: string;
  readonly oldRows: number;
  readonly newRows: number;
}

/** How the vectors of NEW differ from those of OLD. */
export interface VectorDrift {
  /** Every test over all rows, then for each class. */
  readonly rows: readonly DriftRow[];
  /** Rows of NEW that are least like any of OLD, farthest first. */
  readonly examples: readonly DriftExample[];
  readonly oldRows: number;
  readonly newRows: number;
  /** Rows without a class: they count over all rows alone. */
  readonly withoutClass: Readonly<Record<'old' | 'new', number>>;
  /** Classes that one side has no row of. */
  readonly onlyOld: readonly ClassRows[];
  readonly onlyNew: readonly ClassRows[];
  /** Classes with a single row on a side: nothing but their share is tested. */
  readonly tooFew: readonly ClassRows[];
  /** Over all rows both sides hold the same vectors, bit for bit. */
  readonly same: boolean;
  /** The kernel compared a sample of the rows of some group. */
  readonly sampled: boolean;
  readonly permutations: number;
  readonly alpha: number;
}

/**
 * Tests whether the distribution of vectors has changed from OLD to NEW, over all rows and within each class.
 *
 * - `mmd2`: the squared maximum mean discrepancy, which sees any change, on at most `sample` rows of each side;
 * - `mean_shift`: the squared distance of the mean unit vectors, on all rows;
 * - `chi_square` over all rows and `share` of each class: whether the shares of classes have moved.
 *
 * Each by a permutation test; p-values of classes are adjusted among those of one statistic. Where both sides hold
 * the same vectors, in whatever order, nothing has changed: 0, and a p of 1. The result is a function of the rows, their order and the
 * seed, not of blocks, threads or memory.
 *
 * @throws {RangeError} When an option is out of its range or rows of the two have not the same length.
 * @throws {PipelineError} `ERR_FORMAT` when a row cannot be used, naming it; `ERR_ENGINE` when a thread failed.
 * @throws The reason of `signal`, when it aborts first.
 * @example
 * ```ts
 * async function changed(old: VectorSet, fresh: VectorSet): Promise<boolean> {
 *   const { rows } = await vectorDrift(old, fresh, { layer: 'projection' });
 *   return rows.some(({ significant }) => significant === true);
 * }
 * ```
 */
export async function vectorDrift(
  old: VectorSet,
  fresh: VectorSet,
  options: VectorDriftOptions,
): Promise<VectorDrift> {
  const { permutations = 999, sample = 2000, alpha = 0.05, examples = 100, seed = 0 } = options;
  const { memoryMb = defaultMemoryMb, threads, signal, onProgress } = options;
  checkOptions({ permutations, sample, alpha, examples, memoryMb });
  const sides = comparedSides(old, fresh, options);
  const testing = { permutations, sample, seed, memoryMb, threads, signal, onProgress };
  const groups = driftGroups(sides);
  const classes = groups.slice(1);
  const found = await comparedGroups(sides, groups, testing);
  const labels = labelShift(classes, { permutations, seed });
  return {
    rows: driftRows(groups, found, labels, alpha),
    examples: await farExamples(sides, examples, testing),
    oldRows: old.count,
    newRows: fresh.count,
    withoutClass: { old: withoutClass(old), new: withoutClass(fresh) },
    onlyOld: namedRows(classes.filter(({ newRows }) => newRows === 0)),
    onlyNew: namedRows(classes.filter(({ oldRows }) => oldRows === 0)),
    tooFew: namedRows(classes.filter((one) => isInBoth(one) && !isComparable(one))),
    same: found.get(groups[0]!)?.same ?? false,
    sampled: groups.some(
      (group) => isComparable(group) && Math.max(group.oldRows, group.newRows) > sample,
    ),
    permutations,
    alpha,
  };
}

/** Findings about the groups that have rows enough. */
async function comparedGroups(
  sides: DriftSides,
  groups: readonly DriftGroup[],
  testing: TestOptions,
): Promise<ReadonlyMap<DriftGroup, ComparedGroup>> {
  // Without the rows for all of them there are none for a class.
  const comparable = isComparable(groups[0]!) ? groups.filter(isComparable) : [];
  const same = await sameVectors(sides, comparable);
  testing.signal?.throwIfAborted();
  const changed = comparable.filter((_, at) => same[at] === false);
  const shifts = changed.length === 0 ? [] : await meanShifts(sides, comparable, testing);
  const kernels = await kernelDiscrepancies(sides, changed, testing);
  return new Map(
    comparable.map((group, at) => {
      const place = changed.indexOf(group);
      return place === -1
        ? [group, unchanged(group)]
        : [group, { same: false, meanShift: shifts[at]!, mmd2: kernels[place]! }];
    }),
  );
}

/** The same vectors on both sides: nothing is sampled, and nothing has changed. */
function unchanged({ oldRows, newRows }: DriftGroup): ComparedGroup {
  const nothing = { value: 0, p: 1 };
  return {
    same: true,
    meanShift: nothing,
    mmd2: { ...nothing, bandwidth: null, oldRows, newRows },
  };
}

function comparedSides(
  old: VectorSet,
  fresh: VectorSet,
  { layer }: Pick<VectorDriftOptions, 'layer'>,
): DriftSides {
  if (old.dim !== fresh.dim) {
    throw new RangeError(
      `Expected rows of \`${fresh.name}\` to have length ${old.dim} like those of \`${old.name}\`, got \`${fresh.dim}\``,
    );
  }
  const classes = joinedClasses(old, fresh);
  const side = (set: VectorSet): VectorSet => unitVectors(withClasses(set, classes), layer);
  return { old: side(old), new: side(fresh) };
}

function checkOptions(
  checked: Readonly<Record<'permutations' | 'sample' | 'alpha' | 'examples' | 'memoryMb', number>>,
): void {
  const { permutations, sample, alpha, examples, memoryMb } = checked;
  atLeastOne('permutations', permutations);
  if (!Number.isInteger(sample) || sample < leastRows) {
    throw outOfRange('sample', `an integer of at least ${leastRows}`, sample);
  }
  if (!Number.isInteger(examples) || examples < 0) {
    throw outOfRange('examples', 'an integer of at least 0', examples);
  }
  if (!(alpha > 0 && alpha < 1)) throw outOfRange('alpha', 'above 0 and below 1', alpha);
  if (!(memoryMb > 0)) throw outOfRange('memoryMb', 'above 0', memoryMb);
}

function isInBoth({ oldRows, newRows }: DriftGroup): boolean {
  return oldRows > 0 && newRows > 0;
}

/** Classes by name. */
function namedRows(groups: readonly DriftGroup[]): readonly ClassRows[] {
  return groups.flatMap(({ class: name, oldRows, newRows }) =>
    name === null ? [] : [{ class: name, oldRows, newRows }],
  );
}

function withoutClass({ labels }: VectorSet): number {
  return labels.reduce((count, label) => count + (label < 0 ? 1 : 0), 0);
}
