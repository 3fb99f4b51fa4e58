import type { LossSumName } from './block-loss.ts';
import { type LossSumValues, measuredBatch } from './measured-batch.ts';
import { lossReadoutTable, type LossReadouts, readOut } from './readouts.ts';

/** What each sum over the rows of a set is: every sum that read-outs are made of. */
const lossSums: Readonly<Record<LossSumName, 'number' | 'vector' | 'matrix'>> = {
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
};

/** Names of every sum that read-outs are made of. */
export const lossSumNames: readonly LossSumName[] = Object.keys(lossSums) as LossSumName[];

/** Values of a sum over rows of a length. */
export function lossSumLength(name: LossSumName, size: number): number {
  return { number: 1, vector: size, matrix: size * size }[lossSums[name]];
}

/** Read-outs of a set from its sums. */
export function lossReadouts(sums: LossSumValues): LossReadouts {
  return readOut(lossReadoutTable, measuredBatch(sums));
}
