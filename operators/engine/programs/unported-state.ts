import { weightShapes } from '../../model/weight-shapes.ts';
import type { LoweringTarget } from '../../onnx/graph/lowering-target.ts';
import { parameterLayout, unstored } from '../../onnx/graph/stored-layout.ts';
import { namesOfPart, type PartsOf, stateParts } from '../../step/state-parts.ts';
import type { StepSpec } from '../../step/step-spec.ts';
import type { NamedTensor, TrainerState, Weights } from '../../types.ts';
import { stepPorts } from './step-ports.ts';

/**
 * The state of a trainer out of the tensors at the ports of its step, by the names and in the order of every state.
 *
 * @param elementsOf The elements at a port, in the layout that the target has there.
 * @returns Its arrays are those of `elementsOf` where the layout is row-major.
 */
export function unportedState(
  spec: StepSpec,
  target: LoweringTarget,
  step: number,
  elementsOf: (port: string) => Float32Array,
): TrainerState {
  const shapes = weightShapes(spec.encoder);
  const named = (prefix: string, names: readonly string[]): Weights =>
    new Map(
      names.map((name): [string, NamedTensor] => {
        const { shape } = shapes.get(name)!;
        const layout = parameterLayout(target, shape);
        return [name, { shape, data: unstored(elementsOf(prefix + name), shape, layout) }];
      }),
    );
  const kept = stateParts.filter((part) => namesOfPart(spec, part).length > 0);
  const parts = kept.map((part) => [part, named(stepPorts[part], namesOfPart(spec, part))]);
  // Every part that the step keeps.
  return { step, ...(Object.fromEntries(parts) as unknown as PartsOf<Weights>) };
}
