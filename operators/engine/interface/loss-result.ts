import { lossReadouts } from '../../loss/loss-readouts.ts';
import type { TiledLoss } from '../../loss/tiled-loss.ts';
import type { LossResult } from './engine.ts';

/** Result of a loss session, from a loss that was computed in tiles. */
export function lossResult({ value, sums, gradient }: TiledLoss): LossResult {
  return {
    value,
    anchors: sums.anchors[0]!,
    anchorsWithoutPositive: sums.withoutPositive[0]!,
    gradient,
    // Either all of the sums are there or only those of the loss.
    readouts: sums.sincere === undefined ? undefined : lossReadouts((name) => sums[name]!),
  };
}
