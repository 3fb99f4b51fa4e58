import type { ImageScores } from '../../operators/evaluation/scores/image-scores.ts';
import type { TableColumn } from '../arrow/table-file.ts';

/** Facts of test images beside their scores, by position. */
export interface ImageFacts {
  /** SHA-256 in hex of the file. @default unknown for all */
  readonly sha256Of?: ((image: number) => string | null) | undefined;
  /** Value of an attribute. @default there is none */
  readonly groupOf?: ((image: number) => string | null) | undefined;
}

/**
 * Columns of `scores.arrow`: for each test image the numbers that metrics are computed from, null where there is none.
 *
 * `id`, `class`, `sha256` of the file; `group_value`, its value of an attribute, where there is one; `same_similarity`, `other_similarity` and, for the k-th nearest, `same_similarity5`,
 * `other_similarity5`; then under the name of each metric the number whose mean it is.
 */
export function scoreColumns(
  scores: ImageScores,
  idOf: (image: number) => string,
  { sha256Of = () => null, groupOf }: ImageFacts = {},
): TableColumn[] {
  const { classes, labels, target, noise, means } = scores;
  const range = <V>(from: number, to: number, value: (image: number) => V): V[] =>
    Array.from({ length: to - from }, (_, at) => value(from + at));
  const number = (name: string, column: Float64Array): TableColumn => ({
    name,
    type: 'float64',
    nullable: true,
    values: (from, to) =>
      range(from, to, (image) => (Number.isNaN(column[image]!) ? null : column[image]!)),
  });
  return [
    { name: 'id', type: 'utf8', values: (from, to) => range(from, to, idOf) },
    {
      name: 'class',
      type: 'utf8',
      nullable: true,
      values: (from, to) =>
        range(from, to, (image) => (labels[image]! < 0 ? null : classes[labels[image]!]!)),
    },
    {
      name: 'sha256',
      type: 'utf8',
      nullable: true,
      values: (from, to) => range(from, to, sha256Of),
    },
    ...(groupOf === undefined
      ? []
      : [
          {
            name: 'group_value',
            type: 'utf8' as const,
            nullable: true,
            values: (from: number, to: number) => range(from, to, groupOf),
          },
        ]),
    ...[...target].map(([k, column]) => number(similarityName('same', k), column)),
    ...[...noise].map(([k, column]) => number(similarityName('other', k), column)),
    ...[...means].map(([name, column]) => number(name, column)),
  ];
}

/** Name of a similarity column, such as `same_similarity`, or `same_similarity5` for the fifth nearest. */
function similarityName(which: 'same' | 'other', k: number): string {
  return `${which}_similarity${k === 1 ? '' : k}`;
}

/** Inverse of `similarityName`; undefined for the name of a metric. */
export function similarityOf(
  name: string,
): { readonly which: 'same' | 'other'; readonly k: number } | undefined {
  const match = /^(same|other)_similarity(\d*)$/u.exec(name);
  if (match === null) return undefined;
  return { which: match[1] as 'same' | 'other', k: match[2] === '' ? 1 : Number(match[2]) };
}
