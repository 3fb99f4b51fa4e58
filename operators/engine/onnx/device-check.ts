import { PipelineError } from '../../errors.ts';
import { initialWeights } from '../../model/initial-weights.ts';
import { seededRandom } from '../../random.ts';
import { tf, type TensorsByName } from '../../tensor/tf.ts';
import type { NamedTensor, TrainerState } from '../../types.ts';
import type { TrainerSpec } from '../../step/step-spec.ts';
import { type Placement, placementOn } from '../../onnx/placement.ts';
import type { DeviceName } from '../../onnx/device-name.ts';
import { createSession, type Runtime, runSession, type Tensors } from '../../onnx/runtime.ts';
import { trace, type TraceInput } from '../../onnx/trace.ts';
import { numbersOf } from './port-types.ts';
import { openTrainingSession } from './training-session.ts';
import { largestDifference } from '../interface/largest-difference.ts';

/** Numbers by name. */
type Numbers = Readonly<Record<string, Float32Array>>;

/**
 * Tolerance by device: largest difference over the largest absolute value of a tensor. The CUDA
 * provider multiplies with the 10 bits of TF32 on cards that can, which onnxruntime-node cannot
 * switch off.
 */
export const tolerances = { cpu: 1e-4, webgpu: 1e-3, cuda: 3e-2 } as const;

/**
 * Conformance check of a device against the processor: operators that providers are known to get
 * wrong, and a whole training step.
 *
 * The providers of ONNX Runtime have given wrong numbers without any error: the WebGPU one for convolutions of 6 inputs
 * to a multiple of 4 outputs (`readableInputs`, which is tried here with the others).
 *
 * @throws {PipelineError} `ERR_ENGINE`, naming what differs and by how much.
 */
export async function checkDevice(runtime: Runtime, device: DeviceName): Promise<void> {
  for (const [what, compute] of Object.entries(computations)) {
    const expected = await compute(runtime, placementOn({ device: 'cpu', threads: 1 }));
    const computed = await compute(runtime, placementOn({ device, threads: 1 }));
    refuseDifference(what, computed, expected, device);
  }
}

/**
 * As `checkDevice`, for a model that was not written for devices: what the providers misread may be anywhere in it.
 *
 * @param outputs What the device made of `feeds`.
 * @param used Which of them count.
 * @throws {PipelineError} `ERR_ENGINE`, naming the output that differs and by how much.
 */
export async function checkModel(
  runtime: Runtime,
  model: Uint8Array | string,
  feeds: Tensors,
  outputs: Tensors,
  used: readonly string[],
  { device, threads }: Placement,
): Promise<void> {
  const session = await createSession(runtime, model, placementOn({ device: 'cpu', threads }));
  try {
    const numbers = (tensors: Tensors): Numbers =>
      Object.fromEntries(used.map((name) => [name, numbersOf(tensors[name]!)]));
    const expected = numbers(await runSession(session, feeds));
    refuseDifference('the model', numbers(outputs), expected, device);
  } finally {
    await session.release();
  }
}

function refuseDifference(
  what: string,
  computed: Numbers,
  expected: Numbers,
  device: DeviceName,
): void {
  const tolerance = tolerances[device];
  for (const [name, values] of Object.entries(expected)) {
    const off = largestDifference(computed[name]!, values);
    // `>` would let NaN pass.
    if (off <= tolerance) continue;
    throw new PipelineError(
      'ERR_ENGINE',
      `Expected \`${device}\` to compute what the processor does, got \`${name}\` of ${what} off by ` +
        `\`${off.toPrecision(2)}\` of its largest value, more than \`${tolerance}\`: use another \`device\`, ` +
        'and report the graphics card with the version of its driver',
    );
  }
}

type Computation = (runtime: Runtime, placement: Placement) => Promise<Numbers>;

const computations: Readonly<Record<string, Computation>> = {
  'a convolution of 6 inputs': computed(
    { x: [2, 5, 5, 6], filter: [3, 3, 6, 4], dy: [2, 5, 5, 4] },
    ({ x, filter, dy }) => {
      const convolve = (x: tf.Tensor, filter: tf.Tensor): tf.Tensor =>
        tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, 1);
      const [dx, dFilter] = tf.grads(convolve)([x!, filter!], dy);
      return { y: convolve(x!, filter!), dx: dx!, dFilter: dFilter! };
    },
  ),
  'max-pooling': computed({ x: [2, 7, 7, 4], dy: [2, 4, 4, 4] }, ({ x, dy }) => {
    const pool = (x: tf.Tensor): tf.Tensor => tf.maxPool(x as tf.Tensor4D, 3, 2, 1);
    return { y: pool(x!), dx: tf.grad(pool)(x!, dy) };
  }),
  'a training step': stepped,
};

/** A function of tensors with random inputs of these shapes. */
function computed(
  shapes: Readonly<Record<string, readonly number[]>>,
  compute: (tensors: TensorsByName) => TensorsByName,
): Computation {
  const inputs = Object.entries(shapes).map(([name, shape]): TraceInput => ({
    name,
    shape,
    dtype: 'float32',
  }));
  return async (runtime, placement) => {
    const model = trace(inputs, compute, { target: placement.target });
    const session = await createSession(runtime, model, placement);
    try {
      const feeds = inputs.map(({ name, shape }) => {
        const values = normalNumbers(tf.util.sizeFromShape([...shape]), name);
        return [name, new runtime.Tensor('float32', values, shape)] as const;
      });
      const outputs = await runSession(session, Object.fromEntries(feeds));
      return Object.fromEntries(
        // Every output of these is float32.
        Object.entries(outputs).map(([name, { data }]) => [name, data as Float32Array]),
      );
    } finally {
      await session.release();
    }
  };
}

/** Smallest training step in which every kind of layer occurs. */
const smallStep: TrainerSpec = {
  encoder: { architecture: 'resnet8', head: 'mlp', projectionSize: 8 },
  loss: { name: 'sincere', temperature: 0.2 },
  shape: { images: 4, views: 2, imageSize: 8 },
  momentum: 0.9,
  weightDecay: 1e-3,
};

async function stepped(runtime: Runtime, placement: Placement): Promise<Numbers> {
  const session = await openTrainingSession(runtime, smallStep, placement);
  try {
    await session.load(startOf(smallStep));
    const readouts = await session.run(batchOf(smallStep), 0.1);
    const { weights, momentum } = await session.snapshot();
    const numbers = [...weights, ...momentum].map(([, { data }]) => data);
    const names = [
      ...[...weights.keys()].map((name) => `weights.${name}`),
      ...[...momentum.keys()].map((name) => `momentum.${name}`),
    ];
    return {
      loss: Float32Array.of(readouts.loss),
      ...Object.fromEntries(names.map((name, at) => [name, numbers[at]!])),
    };
  } finally {
    await session.release();
  }
}

/** Initial state of a trainer. */
export function startOf({ encoder }: TrainerSpec): TrainerState {
  const weights = initialWeights(encoder, 0);
  const momentum = [...weights].filter(([name]) => !name.includes('running_'));
  return {
    step: 0,
    weights,
    momentum: new Map(
      momentum.map(([name, { shape, data }]): [string, NamedTensor] => [
        name,
        { shape, data: new Float32Array(data.length) },
      ]),
    ),
  };
}

/** A random batch: noise, two images of each class. */
export function batchOf({ shape }: TrainerSpec): { pixels: Float32Array; labels: Int32Array } {
  const rows = shape.images * shape.views;
  return {
    pixels: normalNumbers(rows * shape.imageSize ** 2 * 3, 'pixels'),
    labels: Int32Array.from({ length: rows }, (_, row) => Math.floor(row / shape.views / 2)),
  };
}

function normalNumbers(count: number, name: string): Float32Array {
  const random = seededRandom('device', name);
  return Float32Array.from({ length: count }, () => random.normal());
}
