/**
 * Where a training step of the `onnx` engine takes its time, on a processor with blocks, beside PyTorch: milliseconds of
 * each kind of operator by the profilers of both, and what it costs to hand over the next state:
 * `npx tsx test/bench/step-operators.ts [--case resnet18:imagenetx32] [--size 112] [--variants default,channels_last]
 * [--steps 10] [--threads N] [--keep-freed] [--python python3] [--json]`.
 *
 * Profilers cost time themselves, so the sums are no times of a step (`step.ts`).
 */
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { availableCores } from '../../operators/threads/available-cores.ts';
import { nextStateNames } from '../../operators/engine/onnx/device-state.ts';
import { processorTarget } from '../../operators/onnx/processor-target.ts';
import {
  loadRuntime,
  type Runtime,
  runSession,
  sessionOptions,
  type Tensors,
  writtenInto,
} from '../../operators/onnx/runtime.ts';
import { encodeModel } from '../../operators/onnx/graph/onnx-model.ts';
import { traceTrainingStep } from '../../operators/engine/programs/trace-training-step.ts';
import { normalValues } from '../helpers/tensors.ts';
import { answeringProcess, peerEnvironment } from './answering-process.ts';
import { encoderOf, stepCase, writeInputs } from './network-sides.ts';
import { median } from './median.ts';

const { values } = parseArgs({
  options: {
    case: { type: 'string', default: 'resnet18:imagenetx32' },
    size: { type: 'string', default: '112' },
    variants: { type: 'string', default: 'default,channels_last' },
    steps: { type: 'string', default: '10' },
    threads: { type: 'string' },
    'keep-freed': { type: 'boolean', default: false },
    python: { type: 'string', default: 'python3' },
    json: { type: 'boolean', default: false },
  },
});
const { encoder, rows } = stepCase(values.case);
const [imageSize, steps] = [Number(values.size), Number(values.steps)];
const threads = values.threads === undefined ? availableCores() : Number(values.threads);

/** Milliseconds of a step by kind of operator. */
type Shares = Readonly<Record<string, number>>;

interface Own {
  readonly shares: Shares;
  /** Of a step with its next state among the outputs. */
  readonly wholeMs: number;
  /** And without. */
  readonly statelessMs: number;
}

const kinds = {
  convolutions: 'convolutions and their gradients',
  places: 'what changes places for them',
  normalisation: 'BatchNorm, ReLU, their gradients, sums of branches, padding',
  'max-pooling': 'max-pooling and its gradient',
  weights: 'weights: decay, momentum, update, length of the gradient',
  others: 'everything else',
};

const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'sincere-operators-'));
try {
  const own = await ours();
  const sides: [string, Shares][] = [['ours', own.shares]];
  await writeInputs({ encoder, rows, imageSize }, folder);
  for (const variant of values.variants.split(',')) sides.push([variant, await peer(variant)]);
  console.log(values.json ? json(own, sides) : text(own, sides));
} finally {
  await fs.rm(folder, { recursive: true });
}

function json({ wholeMs, statelessMs }: Own, sides: readonly [string, Shares][]): string {
  return JSON.stringify({ case: values.case, imageSize, wholeMs, statelessMs, sides });
}

function text({ wholeMs, statelessMs }: Own, sides: readonly [string, Shares][]): string {
  const whole = `a step takes ${wholeMs.toFixed(0)} ms`;
  const stateless = `without handing over the next state ${statelessMs.toFixed(0)} ms`;
  const lines = Object.entries(kinds).map(([kind, what]) =>
    [what, ...sides.map(([, ms]) => (ms[kind] ?? 0).toFixed(1))].join('\t'),
  );
  const head = ['ms a step', ...sides.map(([name]) => name)].join('\t');
  return [`${whole}, ${stateless}`, head, ...lines].join('\n');
}

async function peer(variant: string): Promise<Shares> {
  const script = fileURLToPath(new URL('network_peer.py', import.meta.url));
  const args = [script, variant, String(threads)];
  const env = peerEnvironment(values['keep-freed']);
  const process = await answeringProcess<object, Shares>(values.python, args, env);
  try {
    return await process.ask({
      what: 'operators',
      encoder,
      rows,
      imageSize,
      folder,
      count: steps,
    });
  } finally {
    process.end();
  }
}

async function ours(): Promise<Own> {
  const runtime = await loadRuntime();
  const target = await processorTarget(runtime);
  if (target.kind !== 'nchwc') throw new Error('Expected a processor that stores images in NCHWc');
  const spec = {
    encoder: encoderOf(encoder),
    loss: { name: 'sincere', temperature: 0.1 },
    shape: { images: rows / 2, views: 2, imageSize },
    momentum: 0.9,
    weightDecay: 1e-4,
  } as const;
  const model = encodeModel(traceTrainingStep(spec, target));
  const options = sessionOptions({ device: 'cpu', threads, target });
  const session = await runtime.InferenceSession.create(model, options);
  const state = new Set(nextStateNames(spec));
  const feeds = tensors(runtime, session.inputMetadata);
  const into = tensors(
    runtime,
    session.outputMetadata.filter(({ name }) => state.has(name)),
  );
  const stateless = session.outputNames.filter((name) => !state.has(name));
  const bare = Object.fromEntries(stateless.map((name) => [name, null]));
  const [wholeMs, statelessMs]: [number[], number[]] = [[], []];
  for (let step = 0; step < steps; step += 1) {
    wholeMs.push(await timed(() => runSession(session, feeds, writtenInto(session, into))));
    statelessMs.push(await timed(() => runSession(session, feeds, bare)));
  }
  await session.release();

  const profileFilePrefix = path.join(folder, 'ours');
  const profiled = { ...options, enableProfiling: true, profileFilePrefix };
  const watched = await runtime.InferenceSession.create(model, profiled);
  for (let step = 0; step <= steps; step += 1) {
    await runSession(watched, feeds, writtenInto(watched, into));
  }
  watched.endProfiling();
  await watched.release();
  const file = (await fs.readdir(folder)).find((name) => name.startsWith('ours'))!;
  // What ONNX Runtime writes about the nodes that it ran.
  const events = JSON.parse(await fs.readFile(path.join(folder, file), 'utf8')) as ProfileEvent[];
  return { shares: sharesOf(events), wholeMs: median(wholeMs), statelessMs: median(statelessMs) };
}

/** Something in every port. */
function tensors(runtime: Runtime, ports: readonly InferenceSession.ValueMetadata[]): Tensors {
  const filled = ({ name, type, shape }: InferenceSession.TensorValueMetadata): Tensor => {
    const dims = shape.map(Number);
    const length = dims.reduce((product, side) => product * side, 1);
    return type === 'int32'
      ? new runtime.Tensor(
          'int32',
          Int32Array.from({ length }, (_, row) => row >> 2),
          dims,
        )
      : new runtime.Tensor(
          'float32',
          normalValues(length, name).map((x) => x / 20),
          dims,
        );
  };
  return Object.fromEntries(
    ports.flatMap((port) => (port.isTensor ? [[port.name, filled(port)]] : [])),
  );
}

/** From the profile of one step more than asked for: the first one finds its memory. */
function sharesOf(events: readonly ProfileEvent[]): Shares {
  const nodes = events.filter(({ cat, name }) => cat === 'Node' && name.endsWith('_kernel_time'));
  const ms: Record<string, number> = {};
  for (const { dur, args } of nodes.slice(nodes.length / (steps + 1))) {
    const kind = kindOf(args.op_name, sizes(args.input_type_shape), sizes(args.output_type_shape));
    ms[kind] = (ms[kind] ?? 0) + dur / 1000 / steps;
  }
  return ms;
}

interface ProfileEvent {
  readonly cat: string;
  readonly name: string;
  /** Microseconds. */
  readonly dur: number;
  readonly args: {
    readonly op_name: string;
    readonly input_type_shape: readonly Readonly<Record<string, readonly number[]>>[];
    readonly output_type_shape: readonly Readonly<Record<string, readonly number[]>>[];
  };
}

function sizes(shapes: ProfileEvent['args']['input_type_shape']): readonly (readonly number[])[] {
  return shapes.flatMap((shape) => Object.values(shape));
}

/** What an operator is there for, by its name and sizes. */
function kindOf(
  op: string,
  inputs: readonly (readonly number[])[],
  outputs: readonly (readonly number[])[],
): keyof typeof kinds {
  const places = ['Gather', 'ReorderInput', 'ReorderOutput', 'Transpose', 'Concat', 'Slice', 'Pad'];
  // One filter for each channel scales, pads or sums.
  if (op === 'Conv') return inputs[1]![1] === 1 ? 'normalisation' : 'convolutions';
  if (places.includes(op)) return 'places';
  if (op === 'MaxPool' || op === 'ScatterElements') return 'max-pooling';
  if (op === 'GlobalAveragePool' || op === 'HardSigmoid') return 'normalisation';
  // Images in NCHWc have five sizes, filters six.
  const axes = Math.max(...[...inputs, ...outputs].map((shape) => shape.length), 0);
  const elementwise = ['Add', 'Mul', 'ReduceSum', 'Sub'].includes(op);
  if (elementwise && axes === 6) return 'weights';
  return elementwise && axes === 5 ? 'normalisation' : 'others';
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}
