import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { ownMemory } from '../../own-memory.ts';
import { readoutsOf } from '../../loss/readouts-of.ts';
import { chunkImages, imagesAtOnce, splitLosses, splitStep } from '../../step/split-step.ts';
import type { CrossEntropyReadouts, LossReadouts } from '../../loss/readouts.ts';
import type { StepRows } from '../../step/sample-readouts.ts';
import type { StepSpec } from '../../step/step-spec.ts';
import { nextStateNames } from './device-state.ts';
import type { StepCall } from '../thread/engine-calls.ts';
import type { Placement } from '../../onnx/placement.ts';
import {
  createSession,
  type Runtime,
  runSession,
  type Tensors,
  writtenInto,
} from '../../onnx/runtime.ts';
import { pixelsInput, rowsOf, stepPorts } from '../programs/step-ports.ts';
import { portSizes } from '../../onnx/graph/stored-layout.ts';
import { tileCompiler } from './tile-compiler.ts';
import {
  gradientInputs,
  traceChunkGradients,
  traceProjection,
  traceUpdate,
} from '../programs/trace-split-step.ts';
import { traceTrainingStep } from '../programs/trace-training-step.ts';

/**
 * Result of a step: read-outs, and tensors of which `stepPorts` names the next state and its
 * measures.
 */
export interface SteppedTensors {
  readonly readouts: LossReadouts | CrossEntropyReadouts;
  readonly rows: StepRows | undefined;
  readonly outputs: Tensors;
}

/** Inputs of a step beside the state. */
export interface StepInputs extends Pick<StepCall, 'pixels' | 'labels'> {
  /** Rates of this step, as `stepRates` gives them. */
  readonly rates: Readonly<Record<string, number>>;
}

/** A compiled step. Holds no state. */
export interface CompiledStep {
  /**
   * @param into Tensors that the next state is written into, by the names of its ports. @default new ones
   *
   * @throws {PipelineError} `ERR_ENGINE`.
   */
  run(state: Tensors, step: StepInputs, into?: Tensors): Promise<SteppedTensors>;
  release(): Promise<void>;
}

/**
 * Traces and compiles the step of a trainer: in one pass, or split where `chunkImages` says so.
 *
 * @throws {PipelineError} `ERR_ENGINE`.
 */
export async function compileStep(
  runtime: Runtime,
  spec: StepSpec,
  placement: Placement,
): Promise<CompiledStep> {
  return chunkImages(spec) === null
    ? await compileWhole(runtime, spec, placement)
    : await compileSplit(runtime, spec, placement);
}

async function compileWhole(
  runtime: Runtime,
  spec: StepSpec,
  placement: Placement,
): Promise<CompiledStep> {
  const session = await createSession(
    runtime,
    traceTrainingStep(spec, placement.target),
    placement,
    nextStateNames(spec),
  );
  const own = ownMemory();
  return {
    async run(state, step, into) {
      const { images, views } = spec.shape;
      const feeds = {
        ...state,
        [stepPorts.pixels]: pixelTensor(runtime, spec, images, own(step.pixels)),
        [stepPorts.labels]: new runtime.Tensor('int32', step.labels, [images * views]),
        ...scalars(runtime, step.rates),
      };
      const outputs = await runInto(session, feeds, into);
      // Every sum is among the outputs.
      const readouts = readoutsOf(spec.loss, (name) => floats(outputs[stepPorts.sums + name]!));
      const rows = rowsOf(spec, (port) => floats(outputs[port]!));
      return { outputs, readouts, rows };
    },
    release: () => session.release(),
  };
}

async function compileSplit(
  runtime: Runtime,
  spec: StepSpec,
  placement: Placement,
): Promise<CompiledStep> {
  const images = imagesAtOnce(spec);
  const size = spec.encoder.projectionSize;
  const projection = await createSession(
    runtime,
    traceProjection(spec, placement.target),
    placement,
  );
  const gradients = await createSession(
    runtime,
    traceChunkGradients(spec, placement.target),
    placement,
  );
  const update = await createSession(
    runtime,
    traceUpdate(spec, placement.target),
    placement,
    nextStateNames(spec),
  );
  const losses = splitLosses(tileCompiler(runtime, placement), spec.loss);
  const zeros = Object.fromEntries(
    gradientInputs(spec, placement.target).map(({ name, shape, layout }) => {
      const dims = layout === undefined ? shape : portSizes(shape, layout);
      const length = dims.reduce((product, side) => product * side, 1);
      return [name, new runtime.Tensor('float32', new Float32Array(length), dims)];
    }),
  );
  const own = ownMemory();
  return {
    async run(state, step, into) {
      const weights = ofPort(stepPorts.weights, state);
      const pixelsOf = (pixels: Float32Array): Tensors => ({
        [stepPorts.pixels]: pixelTensor(runtime, spec, images, own(pixels)),
      });
      const stepped = await splitStep<Tensors, Tensors>(
        spec,
        {
          async project(weights, pixels) {
            const outputs = await runSession(projection, { ...weights, ...pixelsOf(pixels) });
            return floats(outputs[stepPorts.projection]!);
          },
          async accumulate(weights, pixels, projectionGradient, before = zeros) {
            const rows = images * spec.shape.views;
            const outputs = await runSession(gradients, {
              ...weights,
              ...before,
              ...pixelsOf(pixels),
              [stepPorts.projectionGradient]: new runtime.Tensor('float32', projectionGradient, [
                rows,
                size,
              ]),
            });
            return renamed(outputs, [
              [stepPorts.nextGradients, stepPorts.gradients],
              [stepPorts.nextStatistics, stepPorts.statistics],
            ]);
          },
          losses,
        },
        weights,
        step,
      );
      const feeds = { ...state, ...stepped.gradients, ...scalars(runtime, step.rates) };
      const outputs = await runInto(update, feeds, into);
      return { outputs, readouts: stepped.readouts, rows: stepped.rows };
    },
    async release() {
      await Promise.all([projection, gradients, update].map((session) => session.release()));
      await losses.release();
    },
  };
}

/** The outputs of a session, in the given tensors where there are such: the runtime answers with copies of those. */
async function runInto(
  session: InferenceSession,
  feeds: Tensors,
  into: Tensors | undefined,
): Promise<Tensors> {
  if (into === undefined) return await runSession(session, feeds);
  return { ...(await runSession(session, feeds, writtenInto(session, into))), ...into };
}

/** The outputs that are inputs of the next run, under the names they have there. */
export function renamed(
  tensors: Tensors,
  prefixes: readonly (readonly [from: string, to: string])[],
): Tensors {
  const next: Record<string, Tensor> = {};
  for (const [name, tensor] of Object.entries(tensors)) {
    for (const [from, to] of prefixes) {
      if (name.startsWith(from)) next[to + name.slice(from.length)] = tensor;
    }
  }
  return next;
}

/** Every output of our models that is read is float32. */
export function floats(tensor: Tensor): Float32Array {
  return tensor.data as Float32Array;
}

function ofPort(prefix: string, tensors: Tensors): Tensors {
  return Object.fromEntries(Object.entries(tensors).filter(([name]) => name.startsWith(prefix)));
}

function pixelTensor(
  { Tensor }: Runtime,
  spec: StepSpec,
  images: number,
  pixels: Float32Array,
): Tensor {
  return new Tensor('float32', pixels, pixelsInput(spec, images).shape);
}

function scalars({ Tensor }: Runtime, rates: Readonly<Record<string, number>>): Tensors {
  return Object.fromEntries(
    Object.entries(rates).map(([name, value]) => [
      stepPorts.rates + name,
      new Tensor('float32', Float32Array.of(value), []),
    ]),
  );
}
