import { weightShapes } from '../model/weight-shapes.ts';
import type { NamedTensor, TrainerState, Weights } from '../types.ts';
import { namesOfPart, type StatePart, stateParts, type StateSpec } from './state-parts.ts';

/**
 * State before the first step: buffers of zeros, and an average that is the weights themselves.
 *
 * @param weights Borrowed: the state holds the very arrays.
 * @example
 * ```ts
 * const encoder = { architecture: 'resnet8', head: 'mlp', projectionSize: 128 } as const;
 * const state = initialState({ encoder, averageDecay: 0.999 }, initialWeights(encoder, 0));
 * console.log(Object.keys(state)); // ['step', 'weights', 'momentum', 'average']
 * ```
 */
export function initialState(spec: StateSpec, weights: Weights): TrainerState {
  const shapes = weightShapes(spec.encoder);
  const zeros = (names: readonly string[]): Weights =>
    new Map(
      names.map((name): [string, NamedTensor] => {
        const { shape } = shapes.get(name)!;
        const data = new Float32Array(shape.reduce((product, size) => product * size, 1));
        return [name, { shape, data }];
      }),
    );
  const ofPart = (part: StatePart): Weights =>
    part === 'weights' || part === 'average' ? weights : zeros(namesOfPart(spec, part));
  const kept = stateParts.filter((part) => namesOfPart(spec, part).length > 0);
  const parts = Object.fromEntries(kept.map((part) => [part, ofPart(part)]));
  // Every optimizer keeps a momentum.
  return { step: 0, weights, momentum: parts['momentum']!, ...parts };
}
