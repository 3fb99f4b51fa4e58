import type { OnnxModel, OnnxPort } from '../../onnx/graph/onnx-model.ts';
import { tensorflowTarget } from '../../onnx/graph/lowering-target.ts';
import { parameterLayout, stored } from '../../onnx/graph/stored-layout.ts';
import { stateParts } from '../../step/state-parts.ts';
import type { StepSpec } from '../../step/step-spec.ts';
import type { GraphProgram } from '../../tensorflow/graph-programs.ts';
import type { GraphSession } from '../../tensorflow/graph-session.ts';
import type { NamedTensor, TrainerState } from '../../types.ts';
import { nextStatePorts, statePortNames, stepPorts } from '../programs/step-ports.ts';
import { unportedState } from '../programs/unported-state.ts';

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
export const statePrefixes: readonly string[] = nextStatePorts.map(([, now]) => now);
export const nextPrefixes: readonly string[] = nextStatePorts.map(([next]) => next);

/**
 * Program that makes the next state the current one. Nothing is copied: both names then stand for one buffer.
 *
 * @param model Of which the next state comes out.
 */
export function commitProgram(model: OnnxModel): GraphProgram {
  const assigned = model.outputs.flatMap(({ name }) =>
    nextStatePorts
      .filter(([next]) => name.startsWith(next))
      .map(([next, now]) => [name, now + name.slice(next.length)] as const),
  );
  const names = new Map(assigned);
  const ports = model.outputs.filter(({ name }) => names.has(name));
  const copies = { nodes: [], constants: [], inputs: ports, outputs: ports, metadata: {} };
  return { name: 'commit', model: copies, assigned: names };
}

/** Writes a state into the variables of a session. */
export function assignState(session: GraphSession, state: TrainerState): void {
  const values = stateParts.flatMap((part) =>
    [...(state[part] ?? new Map<string, NamedTensor>())].map(([name, { shape, data }]) => {
      const layout = parameterLayout(tensorflowTarget, shape);
      return [stepPorts[part] + name, stored(data, shape, layout)] as const;
    }),
  );
  session.assign(new Map(values));
}

/** A copy of the state in the variables of a session. */
export function stateOf(session: GraphSession, spec: StepSpec, step: number): TrainerState {
  // Together: TensorFlow plans a run for every set of values that is fetched.
  const values = session.values(statePortNames(spec));
  return unportedState(spec, tensorflowTarget, step, (port) => values.get(port)!);
}
