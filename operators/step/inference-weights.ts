import type { TrainerState, Weights } from '../types.ts';

/**
 * Weights of a state to infer with: their moving average where one is kept. What validates, exports or embeds a state, and
 * what goes on from it elsewhere, takes these.
 *
 * @returns Those of the state, not a copy.
 */
export function inferenceWeights({
  weights,
  average,
}: Pick<TrainerState, 'weights' | 'average'>): Weights {
  return average ?? weights;
}
