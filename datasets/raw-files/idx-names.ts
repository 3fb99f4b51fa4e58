/*
 * Names of IDX files as MNIST, Fashion-MNIST, KMNIST and EMNIST have them: `train-images-idx3-ubyte`, `t10k-labels.idx1-ubyte`,
 * `emnist-letters-test-images-idx3-ubyte.gz`.
 */

/** What the name of a file of images says. */
export interface IdxName {
  /** What stands before the split, such as `emnist-letters-`. */
  readonly prefix: string;
  readonly split: 'train' | 'test';
}

const imagesName =
  /^(?<prefix>.*?)(?<split>train|t10k|test)-images(?<point>[-.])idx3-ubyte(?<packed>\.gz)?$/u;

/** What a name says; undefined of one that is none of a file of images. */
export function idxName(name: string): IdxName | undefined {
  const { prefix, split } = imagesName.exec(name)?.groups ?? {};
  if (prefix === undefined || split === undefined) return undefined;
  return { prefix, split: split === 'train' ? 'train' : 'test' };
}

/** Names that the labels of a file of images may have, likeliest first. */
export function labelsNames(name: string): readonly string[] {
  const { prefix = '', split = '', point, packed } = imagesName.exec(name)?.groups ?? {};
  const points = point === '.' ? ['.', '-'] : ['-', '.'];
  const endings = packed === undefined ? ['', '.gz'] : ['.gz', ''];
  return points.flatMap((one) =>
    endings.map((ending) => `${prefix}${split}-labels${one}idx1-ubyte${ending}`),
  );
}

/** Names that files of images have in a folder of MNIST. */
export const imagesNames: readonly string[] = ['train', 't10k', 'test'].flatMap((split) =>
  ['-', '.'].flatMap((point) =>
    ['', '.gz'].map((ending) => `${split}-images${point}idx3-ubyte${ending}`),
  ),
);
