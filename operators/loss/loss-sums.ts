/** Every sum over the rows of a set that read-outs are made of, and its shape. */
const lossSums = {
  loss: 'number',
  anchors: 'number',
  withoutPositive: 'number',
  sincere: 'number',
  supcon: 'number',
  known: 'number',
  right: 'number',
  positivePairs: 'number',
  repelledPairs: 'number',
  repulsion: 'number',
  attraction: 'number',
  squaredDistances: 'number',
  potential: 'number',
  pairs: 'number',
  contrasted: 'number',
  logNegatives: 'number',
  centre: 'vector',
  moments: 'matrix',
} as const;

/** Name of a sum over the rows of a set. */
export type LossSumName = keyof typeof lossSums;

/** Names of every sum that read-outs are made of. */
export const lossSumNames: readonly LossSumName[] = Object.keys(lossSums) as LossSumName[];

/** Values of a sum over rows of a length. */
export function lossSumLength(name: LossSumName, size: number): number {
  return { number: 1, vector: size, matrix: size * size }[lossSums[name]];
}
