import { PipelineError } from '../errors.ts';
import type { TrainerState, Weights } from '../types.ts';
import type { EncoderSpec } from '../model/encoder-spec.ts';
import { defaultOptimizer } from './optimizer/optimizers.ts';
import { namesOfPart, type StatePart, stateParts, type StateSpec } from './state-parts.ts';
import { weightShapes } from '../model/weight-shapes.ts';

/**
 * Checks that `weights` hold every tensor of the network in its shape, and nothing else.
 *
 * @throws {PipelineError} `ERR_SHAPE`, naming the first tensor that is missing, unknown or does not fit.
 */
export function checkWeights(spec: EncoderSpec, weights: Weights): void {
  const expected = [...weightShapes(spec)].map(([name, { shape }]) => [name, shape] as const);
  checkTensors('weights', new Map(expected), weights);
}

/**
 * Checks every part of a state and its step count.
 *
 * @throws {PipelineError} `ERR_SHAPE`, naming what does not fit.
 */
export function checkState(spec: StateSpec, state: TrainerState): void {
  if (!Number.isInteger(state.step) || state.step < 0) {
    throw mismatch(`Expected \`step\` to be an integer of at least 0, got \`${state.step}\``);
  }
  const shapes = weightShapes(spec.encoder);
  for (const part of stateParts) {
    const names = namesOfPart(spec, part);
    const tensors = state[part];
    const expected = new Map(names.map((name) => [name, shapes.get(name)!.shape]));
    if (names.length > 0) checkTensors(part, expected, tensors ?? new Map());
    else if (tensors !== undefined) throw unexpectedPart(spec, part);
  }
}

/** Option without which a state has no such part; those of the optimizer are none of these. */
const optionOf = { average: 'averageDecay', accumulated: 'accumulate' } as const;

function unexpectedPart({ optimizer = defaultOptimizer }: StateSpec, part: StatePart): Error {
  return mismatch(
    part === 'average' || part === 'accumulated'
      ? `Expected a state without \`${part}\`, got one with it; was it saved with another \`${optionOf[part]}\`?`
      : `Expected a state of the optimizer \`${optimizer}\`, got one with \`${part}\`; ` +
          'was it saved by another optimizer?',
  );
}

function checkTensors(
  what: string,
  expected: ReadonlyMap<string, readonly number[]>,
  tensors: Weights,
): void {
  for (const [name, shape] of expected) {
    const tensor = tensors.get(name);
    if (tensor === undefined) {
      throw mismatch(
        `Expected \`${what}\` to hold \`${name}\` of shape \`[${shape.join(', ')}]\`, got none`,
      );
    }
    if (tensor.shape.length !== shape.length || tensor.shape.some((n, at) => n !== shape[at])) {
      throw mismatch(
        `Expected \`${name}\` in \`${what}\` to have the shape \`[${shape.join(', ')}]\`, ` +
          `got \`[${tensor.shape.join(', ')}]\`; was it saved by another architecture or head?`,
      );
    }
    const size = shape.reduce((product, n) => product * n, 1);
    if (tensor.data.length !== size) {
      throw mismatch(
        `Expected \`${name}\` in \`${what}\` to hold ${size} values, got ${tensor.data.length}`,
      );
    }
  }
  for (const name of tensors.keys()) {
    if (!expected.has(name)) {
      throw mismatch(`Expected \`${what}\` without \`${name}\`, which the network lacks`);
    }
  }
}

function mismatch(message: string): PipelineError {
  return new PipelineError('ERR_SHAPE', message);
}
