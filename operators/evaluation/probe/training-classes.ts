import { PipelineError } from '../../errors.ts';
import type { VectorSet } from '../vectors/vector-set.ts';

/** Labels of a training set in the numbering of its probe. */
export interface TrainingClasses {
  /** Names of the classes that have an image. */
  readonly classes: readonly string[];
  /** `[count]` int32 position in `classes`, -1 when unknown. */
  readonly labels: Int32Array;
  /** Images with a class. */
  readonly images: number;
}

/**
 * The classes that a probe can learn: a class without a training image has no best weights.
 *
 * @throws {PipelineError} `ERR_FORMAT` when fewer than two classes have an image.
 */
export function trainingClasses(train: VectorSet): TrainingClasses {
  const present = new Set(train.labels);
  const classes = train.classes.filter((_, label) => present.has(label));
  if (classes.length < 2) {
    throw new PipelineError(
      'ERR_FORMAT',
      `Expected images of at least 2 classes in \`${train.name}\`, got \`${classes.length}\``,
    );
  }
  const labels = labelsAmong(classes, train);
  return { classes, labels, images: labels.reduce((sum, label) => sum + (label < 0 ? 0 : 1), 0) };
}

/** `[count]` int32 position of each image's class in `classes`, joined by name; -1 when unknown or not there. */
export function labelsAmong(
  classes: readonly string[],
  { classes: own, labels }: Pick<VectorSet, 'classes' | 'labels'>,
): Int32Array {
  const positions = new Map(classes.map((name, position) => [name, position]));
  const joined = own.map((name) => positions.get(name) ?? -1);
  return labels.map((label) => (label < 0 ? -1 : joined[label]!));
}
