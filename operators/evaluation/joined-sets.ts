import type { EvaluateVectorsOptions, EvaluationSets } from './evaluation-options.ts';
import { type SelectedVectors, vectorsWithClass } from './vectors/selected-vectors.ts';
import { unitVectors } from './vectors/unit-vectors.ts';
import type { VectorSet } from './vectors/vector-set.ts';
import { joinedClasses, withClasses } from './vectors/with-classes.ts';

/** Unit vectors of both sides, their labels counted in the same classes. */
export interface JoinedSets {
  readonly classes: readonly string[];
  /** Training images with a class. */
  readonly support: SelectedVectors;
  /** Test images; with `leaveOneOut` those of `support`. */
  readonly test: VectorSet;
}

/**
 * Joins the classes of both sides by name and L2-normalises their rows.
 *
 * @throws {RangeError} When the sets do not fit together or have fewer images than `ks` ask for.
 */
export function joinedSets(sets: EvaluationSets, options: EvaluateVectorsOptions): JoinedSets {
  const { layer, leaveOneOut = false } = options;
  const classes = joinedClasses(sets.train, sets.test);
  const support = vectorsWithClass(unitVectors(withClasses(sets.train, classes), layer));
  checkFit(sets, options);
  checkNeighbours(options.ks, sets.train.name, leaveOneOut ? support.count - 1 : support.count);
  const test = leaveOneOut ? support : unitVectors(withClasses(sets.test, classes), layer);
  return { classes, support, test };
}

function checkFit(
  { train, test }: EvaluationSets,
  { ks, leaveOneOut = false }: EvaluateVectorsOptions,
): void {
  if (train.dim !== test.dim) {
    throw new RangeError(
      `Expected rows of \`${test.name}\` to have length ${train.dim} like those of \`${train.name}\`, got \`${test.dim}\``,
    );
  }
  if (ks.length === 0 || new Set(ks).size !== ks.length) {
    throw new RangeError(`Expected \`ks\` to be different numbers, got \`${ks.join(', ')}\``);
  }
  if (leaveOneOut && train.count !== test.count) {
    throw new RangeError(
      `Expected the same images as \`train\` and \`test\` of \`leaveOneOut\`, got ${train.count} and ${test.count}`,
    );
  }
}

function checkNeighbours(ks: readonly number[], name: string, most: number): void {
  const wrong = ks.find((k) => !Number.isInteger(k) || k < 1 || k > most);
  if (wrong === undefined) return;
  throw new RangeError(
    `Expected \`ks\` to be integers from 1 to ${most}, the images with a class in \`${name}\`, got \`${wrong}\``,
  );
}
