import type { Tensor } from 'onnxruntime-node';
import { PipelineError } from '../../errors.ts';
import { stateParts } from '../../step/state-parts.ts';
import { stepRates } from '../../step/step-rates.ts';
import type { Weights } from '../../types.ts';
import type { StepSpec } from '../../step/step-spec.ts';
import { compileStep, floats, renamed, type SteppedTensors } from './compiled-step.ts';
import { discard, fetched } from './device-state.ts';
import type { TrainingSession } from '../interface/sessions.ts';
import type { Placement } from '../../onnx/placement.ts';
import type { Runtime, Tensors } from '../../onnx/runtime.ts';
import { allFinite } from '../programs/finite-check.ts';
import { refusedStep } from '../programs/refused-step.ts';
import { nextStatePorts, stepPorts } from '../programs/step-ports.ts';
import { unportedState } from '../programs/unported-state.ts';
import { parameterLayout, portSizes, stored } from '../../onnx/graph/stored-layout.ts';

/**
 * Traces and compiles the step of a trainer. The arrays of a state are taken over, and lent out by `snapshot`.
 *
 * @throws {PipelineError} `ERR_ENGINE`.
 */
export async function openTrainingSession(
  runtime: Runtime,
  spec: StepSpec,
  placement: Placement,
): Promise<TrainingSession> {
  const compiled = await compileStep(runtime, spec, placement);
  let state: Tensors | undefined;
  /**
   * Double buffer: the next state reuses the buffers of the step before last. New pages would cost
   * time, and twice the space.
   */
  let spare: Tensors | undefined;
  let stepsTaken = 0;

  const loaded = (): Tensors => {
    if (state !== undefined) return state;
    throw new PipelineError('ERR_ENGINE', 'Expected `load` before `run` and `snapshot`');
  };

  return {
    async load(given) {
      await discard(state ?? {});
      const taken = new Set<Float32Array>();
      const ports = stateParts.flatMap((part) =>
        ported(runtime, placement, stepPorts[part], given[part] ?? new Map(), taken),
      );
      state = Object.fromEntries(ports.map(({ name, tensor }) => [name, tensor]));
      if (placement.device === 'cpu') {
        const others = ports.map(({ name, other }) => [name, other()] as const);
        spare = renamed(Object.fromEntries(others), toNextState);
      }
      stepsTaken = given.step;
    },
    async run({ pixels, labels }, learningRate) {
      const before = loaded();
      // A device may lose a NaN on the way, so there none is let in.
      if (placement.device !== 'cpu' && !allFinite(pixels)) throw notFinitePixels(stepsTaken);
      const rates = stepRates(spec, stepsTaken, learningRate);
      const stepped = await compiled.run(before, { pixels, labels, rates }, spare);
      const refusal = refusedStep(spec, stepsTaken, {
        loss: stepped.readouts.loss,
        gradientNorm: gradientNorm(stepped),
        statisticsSize: floats(stepped.outputs[stepPorts.statisticsSize]!)[0]!,
      });
      await discard(refusal === undefined ? before : stepped.outputs);
      if (refusal !== undefined) throw refusal;
      if (placement.device === 'cpu') spare = renamed(before, toNextState);
      state = renamed(stepped.outputs, nextStatePorts);
      stepsTaken += 1;
      return { ...stepped.readouts, gradientNorm: gradientNorm(stepped), rows: stepped.rows };
    },
    async snapshot() {
      const current = await fetched(runtime, loaded(), placement);
      return unportedState(spec, placement.target, stepsTaken, (port) => floats(current[port]!));
    },
    async release() {
      await discard(state ?? {});
      state = undefined;
      spare = undefined;
      await compiled.release();
    },
  };
}

const toNextState = nextStatePorts.map(([next, now]) => [now, next] as const);

function notFinitePixels(step: number): PipelineError {
  return new PipelineError(
    'ERR_NOT_FINITE',
    `Expected finite pixels in step \`${step}\`, got one that is not; the step was not applied`,
  );
}

function gradientNorm({ outputs }: SteppedTensors): number {
  return floats(outputs[stepPorts.gradientNorm]!)[0]!;
}

/** A tensor of the state in its port's layout, and its double buffer. */
interface PortedTensor {
  readonly name: string;
  readonly tensor: Tensor;
  readonly other: () => Tensor;
}

/**
 * @param taken Arrays that are part of the state already: the same zeros may have been given for momentum and variance,
 * or the same weights for themselves and their average, and are to become different numbers.
 */
function ported(
  { Tensor }: Runtime,
  { target }: Placement,
  prefix: string,
  weights: Weights,
  taken: Set<Float32Array>,
): PortedTensor[] {
  return [...weights].map(([name, { shape, data: given }]) => {
    const data = taken.has(given) ? given.slice() : given;
    taken.add(data);
    const layout = parameterLayout(target, shape);
    const elements = stored(data, shape, layout);
    const dims = portSizes(shape, layout);
    return {
      name: prefix + name,
      tensor: new Tensor('float32', elements, dims),
      // What came in row-major order is not needed any more.
      other: () =>
        new Tensor('float32', elements === data ? new Float32Array(data.length) : data, dims),
    };
  });
}
