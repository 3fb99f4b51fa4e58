/*
 * CIFAR-10 and CIFAR-100 in their binary version, by Alex Krizhevsky (https://www.cs.toronto.edu/~kriz/cifar.html): records of
 * a label (CIFAR-100: the coarse one, then the fine one) and 32 × 32 pixels as three planes, red, green and blue.
 */

/** One of the two datasets. */
export interface CifarLayout {
  readonly name: string;
  /** Files of each split, in order. */
  readonly files: Readonly<Record<'train' | 'test', readonly string[]>>;
  /** Labels of a record in the order of their bytes; each with the file of its names, and their number. The last is the class. */
  readonly labels: readonly (readonly [name: string, file: string, count: number])[];
  /** Files whose presence says that it is this one. */
  readonly signs: readonly string[];
  /** Files of the same images in the version for Python. */
  readonly pickles: readonly string[];
}

export const cifar10: CifarLayout = {
  name: 'CIFAR-10',
  files: {
    train: [1, 2, 3, 4, 5].map((batch) => `data_batch_${batch}.bin`),
    test: ['test_batch.bin'],
  },
  labels: [['label', 'batches.meta.txt', 10]],
  signs: ['data_batch_1.bin', 'test_batch.bin'],
  pickles: ['data_batch_1', 'batches.meta'],
};

export const cifar100: CifarLayout = {
  name: 'CIFAR-100',
  files: { train: ['train.bin'], test: ['test.bin'] },
  labels: [
    ['coarse', 'coarse_label_names.txt', 20],
    ['fine', 'fine_label_names.txt', 100],
  ],
  signs: ['fine_label_names.txt', 'coarse_label_names.txt'],
  pickles: ['train', 'test', 'meta'],
};

/** Side of the images, in pixels. */
export const side = 32;

/** Bytes of the pixels of a record. */
export const pixelBytes: number = 3 * side ** 2;

/** Bytes of a record. */
export function recordBytes({ labels }: CifarLayout): number {
  return labels.length + pixelBytes;
}

/** The archives that these come in. */
export function isCifarArchive(location: string): boolean {
  return /(?:^|[/\\])cifar-100?-(?:binary|python)\.tar\.gz$/u.test(location);
}
