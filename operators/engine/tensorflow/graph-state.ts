import { parameterNames, weightShapes } from '../../model/weight-shapes.ts';
import type { OnnxModel, OnnxPort } from '../../onnx/graph/onnx-model.ts';
import { tensorflowTarget } from '../../onnx/graph/lowering-target.ts';
import { parameterLayout, stored, unstored } from '../../onnx/graph/stored-layout.ts';
import { optimizerOf } from '../../step/optimizer/optimizer-rules.ts';
import type { StepSpec } from '../../step/step-spec.ts';
import type { GraphProgram } from '../../tensorflow/graph-programs.ts';
import type { GraphSession } from '../../tensorflow/graph-session.ts';
import type { NamedTensor, TrainerState, Weights } from '../../types.ts';
import { stepPorts } from '../programs/step-ports.ts';

/** Prefixes of the tensors of a state, and of the one after a step. */
const [now, next] = [
  ['weights', 'momentum', 'variance'] as const,
  { weights: 'nextWeights', momentum: 'nextMomentum', variance: 'nextVariance' } as const,
];

/** Ports of a model that are variables of its session: those whose names begin with one of these. */
export function variablePorts(
  ports: readonly OnnxPort[],
  prefixes: readonly string[],
): Map<string, readonly number[]> {
  return new Map(
    ports
      .filter(({ name }) => prefixes.some((prefix) => name.startsWith(prefix)))
      // Models for TensorFlow have no free sizes.
      .map(({ name, dims }) => [name, dims.map(Number)]),
  );
}

/** Prefixes of the state, and of the next one. */
export const statePrefixes: readonly string[] = now.map((part) => stepPorts[part]);
export const nextPrefixes: readonly string[] = now.map((part) => stepPorts[next[part]]);

/**
 * Program that makes the next state the current one. Nothing is copied: both names then stand for one buffer.
 *
 * @param model Of which the next state comes out.
 */
export function commitProgram(model: OnnxModel): GraphProgram {
  const ports = model.outputs.filter(({ name }) =>
    nextPrefixes.some((prefix) => name.startsWith(prefix)),
  );
  const assigned = ports.map(({ name }) => {
    const at = nextPrefixes.findIndex((prefix) => name.startsWith(prefix));
    return [name, statePrefixes[at]! + name.slice(nextPrefixes[at]!.length)] as const;
  });
  const copies = { nodes: [], constants: [], inputs: ports, outputs: ports, metadata: {} };
  return { name: 'commit', model: copies, assigned: new Map(assigned) };
}

/** Writes a state into the variables of a session. */
export function assignState(session: GraphSession, state: TrainerState): void {
  for (const part of now) {
    const values = [...(state[part] ?? new Map<string, NamedTensor>())].map(
      ([name, { shape, data }]) => {
        const layout = parameterLayout(tensorflowTarget, shape);
        return [stepPorts[part] + name, stored(data, shape, layout)] as const;
      },
    );
    session.assign(new Map(values));
  }
}

/** A copy of the state in the variables of a session. */
export function stateOf(session: GraphSession, spec: StepSpec, step: number): TrainerState {
  const shapes = weightShapes(spec.encoder);
  const named = (part: (typeof now)[number], names: readonly string[]): Weights => {
    const values = session.values(names.map((name) => stepPorts[part] + name));
    return new Map(
      names.map((name): [string, NamedTensor] => {
        const { shape } = shapes.get(name)!;
        const data = values.get(stepPorts[part] + name)!;
        const layout = parameterLayout(tensorflowTarget, shape);
        return [name, { shape, data: unstored(data, shape, layout) }];
      }),
    );
  };
  const parameters = parameterNames(spec.encoder);
  const { buffers } = optimizerOf(spec);
  return {
    step,
    weights: named('weights', [...shapes.keys()]),
    momentum: named('momentum', parameters),
    ...(buffers.includes('variance') ? { variance: named('variance', parameters) } : {}),
  };
}
