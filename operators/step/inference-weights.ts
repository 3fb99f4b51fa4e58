import type { TrainerState, Weights } from '../types.ts';

/** Weights of a state: their moving average where one is kept, or those that it is an average of. */
export const runWeights = ['average', 'raw'] as const;

/** One of `runWeights`. */
export type RunWeights = (typeof runWeights)[number];

/**
 * Weights of a state to infer with: their moving average where one is kept. What validates, exports or embeds a state, and
 * what goes on from it elsewhere, takes these.
 *
 * @param which `raw` passes the average by. @default 'average'
 * @returns Those of the state, not a copy.
 */
export function inferenceWeights(
  { weights, average = weights }: Pick<TrainerState, 'weights' | 'average'>,
  which: RunWeights = 'average',
): Weights {
  return which === 'raw' ? weights : average;
}
