import { PipelineError } from '../errors.ts';
import type { Dataset } from '../types.ts';

/** Inverted index: positions of a dataset by class. */
export interface ClassIndex {
  /** Labels of the classes that have images, ascending. */
  readonly labels: readonly number[];
  /** Images of all classes together. */
  readonly images: number;
  /** Positions of one class, ascending; empty for a class without images. Borrowed: do not write. */
  positions(label: number): Uint32Array;
}

/**
 * Builds the class index of a labelled dataset by a counting sort: 4 bytes for each image.
 *
 * @param leastClasses Classes that must have images: 2 where other classes are the negatives of a loss, 1 where
 * other images are.
 * @throws {PipelineError} `ERR_DATASET` when a sample has no class, or fewer classes than that have images.
 */
export function classIndex(dataset: Dataset, leastClasses: 1 | 2): ClassIndex {
  const labelOf = new Int32Array(dataset.count);
  const starts = new Uint32Array(dataset.classes.length + 1);
  for (let position = 0; position < dataset.count; position += 1) {
    const { id, label } = dataset.sample(position);
    if (label === null) throw withoutClass(dataset, id);
    labelOf[position] = label;
    starts[label + 1]! += 1;
  }
  for (let label = 0; label < dataset.classes.length; label += 1) {
    starts[label + 1]! += starts[label]!;
  }

  const sorted = new Uint32Array(dataset.count);
  const next = starts.slice();
  for (let position = 0; position < dataset.count; position += 1) {
    const label = labelOf[position]!;
    sorted[next[label]!] = position;
    next[label]! += 1;
  }

  const positions = (label: number): Uint32Array =>
    sorted.subarray(starts[label], starts[label + 1]);
  const labels = dataset.classes
    .map((_, label) => label)
    .filter((label) => positions(label).length > 0);
  if (labels.length < leastClasses) throw withoutNegatives(dataset, labels);
  return { labels, images: dataset.count, positions };
}

function withoutClass(dataset: Dataset, id: string): PipelineError {
  return new PipelineError(
    'ERR_DATASET',
    `Training needs classes, but \`${id}\` of \`${dataset.name}\` has none. ` +
      'Put the images of each class into a folder of its own, or train without classes: `loss: infonce`',
    { sample: id, options: ['loss'] },
  );
}

function withoutNegatives(dataset: Dataset, labels: readonly number[]): PipelineError {
  const found = labels.map((label) => `\`${dataset.classes[label]}\``).join(', ') || 'none';
  return new PipelineError(
    'ERR_DATASET',
    `Expected at least 2 classes with images in \`${dataset.name}\`, got ${found}: ` +
      'without a second class there are no negatives. Add images of another class, or train without classes: ' +
      '`loss: infonce`',
    { options: ['loss'] },
  );
}
