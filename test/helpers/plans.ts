import type { BatchPlan } from '../../operators/types.ts';

/** A plan of the samples at `positions`, with ids such as `s7` and class `position % 2`. */
export function planOf(seq: number, positions: readonly number[]): BatchPlan {
  return {
    seq,
    epoch: 0,
    samples: positions.map((position) => ({
      id: `s${position}`,
      label: position % 2,
      position,
      draw: 0,
    })),
  };
}
