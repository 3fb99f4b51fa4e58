import type { Tensor } from 'onnxruntime-node';
import { PipelineError } from '../../errors.ts';
import { parameterNames, weightShapes } from '../../model/weight-shapes.ts';
import type { NamedTensor, StepReadouts, TrainerState, Weights } from '../../types.ts';
import type { TrainerSpec } from '../engine.ts';
import type { StepCall } from './engine-calls.ts';
import { createSession, type Runtime, runSession } from './runtime.ts';
import { stepPorts, traceTrainingStep } from './trace-training-step.ts';

type Tensors = Readonly<Record<string, Tensor>>;

/** A compiled step with the state that it changes. Lives in the thread of the engine. */
export interface TrainingSession {
  load(state: TrainerState): void;
  /**
   * @throws {PipelineError} `ERR_NOT_FINITE`, and the state is that before the step; `ERR_ENGINE`.
   */
  run(step: StepCall): Promise<StepReadouts>;
  /** The arrays are those of the state, not copies: passing them on must copy them. */
  snapshot(): TrainerState;
  release(): Promise<void>;
}

/**
 * Traces and compiles the step of a trainer.
 *
 * @throws {PipelineError} `ERR_ENGINE`.
 */
export async function openTrainingSession(
  runtime: Runtime,
  spec: TrainerSpec,
  threads: number,
): Promise<TrainingSession> {
  const session = await createSession(runtime, traceTrainingStep(spec), threads);
  let state: Tensors | undefined;
  let stepsTaken = 0;

  const loaded = (): Tensors => {
    if (state !== undefined) return state;
    throw new PipelineError('ERR_ENGINE', 'Expected `load` before `run` and `snapshot`');
  };

  return {
    load({ step, weights, momentum }) {
      state = {
        ...toTensors(runtime, stepPorts.weights, weights),
        ...toTensors(runtime, stepPorts.momentum, momentum),
      };
      stepsTaken = step;
    },
    async run(step) {
      const feeds = { ...loaded(), ...batchTensors(runtime, spec, step) };
      const outputs = await runSession(session, feeds);
      const readouts = readoutValues(outputs);
      refuseNotFinite(outputs, readouts, stepsTaken);
      state = nextState(outputs);
      stepsTaken += 1;
      return readouts;
    },
    snapshot() {
      const current = loaded();
      return {
        step: stepsTaken,
        weights: toWeights(stepPorts.weights, [...weightShapes(spec.encoder).keys()], current),
        momentum: toWeights(stepPorts.momentum, parameterNames(spec.encoder), current),
      };
    },
    release: () => session.release(),
  };
}

function batchTensors(
  { Tensor }: Runtime,
  { shape }: TrainerSpec,
  { pixels, labels, learningRate }: StepCall,
): Tensors {
  const rows = shape.images * shape.views;
  // The runtime does not read shared memory.
  const own = pixels.buffer instanceof SharedArrayBuffer ? pixels.slice() : pixels;
  return {
    [stepPorts.pixels]: new Tensor('float32', own, [rows, shape.imageSize, shape.imageSize, 3]),
    [stepPorts.labels]: new Tensor('int32', labels, [rows]),
    [stepPorts.learningRate]: new Tensor('float32', Float32Array.of(learningRate), []),
  };
}

function refuseNotFinite(outputs: Tensors, readouts: StepReadouts, step: number): void {
  const norm = numberOf(outputs, stepPorts.gradientNorm);
  const statistics = numberOf(outputs, stepPorts.statisticsSize);
  if ([readouts.loss, norm, statistics].every(Number.isFinite)) return;
  const activations = Number.isFinite(statistics) ? '' : ' and activations that are not finite';
  throw new PipelineError(
    'ERR_NOT_FINITE',
    `Expected a finite loss and gradient in step \`${step}\`, got a loss of \`${readouts.loss}\`, a ` +
      `gradient of length \`${norm}\`${activations}; the step was not applied, try a lower learning ` +
      'rate or a longer warm-up, and see that the pixels are finite',
  );
}

function readoutValues(outputs: Tensors): StepReadouts {
  const value = (name: keyof StepReadouts): number => numberOf(outputs, stepPorts.readouts + name);
  return {
    loss: value('loss'),
    sincere: value('sincere'),
    supcon: value('supcon'),
    repelledShare: value('repelledShare'),
    batchNearestAccuracy: value('batchNearestAccuracy'),
    anchorsWithoutPositive: value('anchorsWithoutPositive'),
  };
}

function numberOf(outputs: Tensors, name: string): number {
  return floats(outputs[name]!)[0]!;
}

/** The outputs of a step that are the inputs of the next, under the names they have there. */
function nextState(outputs: Tensors): Tensors {
  const next: Record<string, Tensor> = {};
  for (const [name, tensor] of Object.entries(outputs)) {
    for (const [from, to] of [
      [stepPorts.nextWeights, stepPorts.weights],
      [stepPorts.nextMomentum, stepPorts.momentum],
    ] as const) {
      if (name.startsWith(from)) next[to + name.slice(from.length)] = tensor;
    }
  }
  return next;
}

function toTensors({ Tensor }: Runtime, prefix: string, weights: Weights): Record<string, Tensor> {
  return Object.fromEntries(
    [...weights].map(([name, { shape, data }]) => [
      prefix + name,
      new Tensor('float32', data, shape),
    ]),
  );
}

/** In the order of `names`, which is that of every state. */
function toWeights(prefix: string, names: readonly string[], tensors: Tensors): Weights {
  return new Map(
    names.map((name): [string, NamedTensor] => {
      const tensor = tensors[prefix + name]!;
      return [name, { shape: tensor.dims, data: floats(tensor) }];
    }),
  );
}

/** Every output of our models that is read here is float32. */
function floats(tensor: Tensor): Float32Array {
  return tensor.data as Float32Array;
}
