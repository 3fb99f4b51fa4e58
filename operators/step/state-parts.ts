import { namesOf } from '../names-of.ts';
import { trainedNames } from '../model/frozen-part.ts';
import { parameterNames, weightShapes } from '../model/weight-shapes.ts';
import type { BufferName } from './optimizer/update-spec.ts';
import { optimizerOf } from './optimizer/optimizer-rules.ts';
import type { StepSpec } from './step-spec.ts';

/** Configuration that decides which tensors a training state holds. */
export type StateSpec = Pick<
  StepSpec,
  'encoder' | 'optimizer' | 'frozen' | 'averageDecay' | 'accumulate'
>;

/** Part of a training state: tensors in the shapes of those of the network, by their names. */
export type StatePart = 'weights' | 'momentum' | 'variance' | 'average' | 'accumulated';

/** Names of the tensors of each part, in the order of a state; none where a step keeps no such part. */
const namesByPart: Readonly<Record<StatePart, (spec: StateSpec) => readonly string[]>> = {
  weights: allNames,
  momentum: namesOfBuffer('momentum'),
  variance: namesOfBuffer('variance'),
  average: (spec) => (spec.averageDecay === undefined ? [] : allNames(spec)),
  accumulated: ({ accumulate = 1, encoder, frozen }) =>
    accumulate === 1 ? [] : trainedNames(encoder, frozen),
};

/** Every part that a state can have, in its order. */
export const stateParts: readonly StatePart[] = namesOf(namesByPart);

/** Tensors by part: those of the network and the momentum are always there. */
export type PartsOf<T> = {
  readonly [P in 'weights' | 'momentum']: T;
} & { readonly [P in Exclude<StatePart, 'weights' | 'momentum'>]?: T | undefined };

/** Names of the tensors of a part; none where a state of this step has no such part. */
export function namesOfPart(spec: StateSpec, part: StatePart): readonly string[] {
  return namesByPart[part](spec);
}

/** Parts of a state made of those of another, one by one; what is absent stays so. */
export function mapParts<A, B>(
  state: PartsOf<A>,
  make: (tensors: A, part: StatePart) => B,
): PartsOf<B> {
  const parts = stateParts.flatMap((part) => {
    const tensors = state[part];
    return tensors === undefined ? [] : [[part, make(tensors, part)] as const];
  });
  // Every part that the state has.
  return Object.fromEntries(parts) as unknown as PartsOf<B>;
}

function allNames({ encoder }: StateSpec): readonly string[] {
  return [...weightShapes(encoder).keys()];
}

function namesOfBuffer(buffer: BufferName): (spec: StateSpec) => readonly string[] {
  return (spec) => (optimizerOf(spec).buffers.includes(buffer) ? parameterNames(spec.encoder) : []);
}
