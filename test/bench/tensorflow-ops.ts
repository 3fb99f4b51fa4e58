/**
 * Operators and host round trips of a training step of the `tensorflow` engine, and its time:
 * `npx tsx test/bench/tensorflow-ops.ts [--cases resnet8x512,resnet18x64] [--sides eager,graph] [--size 32] [--steps 10]
 * [--threads N] [--top 12] [--json]`.
 *
 * A case is an encoder and a number of views, two of each image. A round trip is a tensor that is made from an array of
 * the host, or read into one. Everything runs in this thread, without the transfer that an engine adds. Processor time is
 * printed beside the time of the clock, because it depends less on what else the machine does. `TF_ENABLE_ONEDNN_OPTS`
 * and `MALLOC_TRIM_THRESHOLD_` are those of the environment: libraries read them when they are loaded.
 */
import { parseArgs } from 'node:util';
import type { StepSpec } from '../../operators/step/step-spec.ts';
import { eagerTrainingSession } from '../../operators/engine/eager/eager-sessions.ts';
import { graphTrainingSession } from '../../operators/engine/tensorflow/graph-sessions.ts';
import type { TrainingSession } from '../../operators/engine/interface/sessions.ts';
import { nativeBinding } from '../../operators/tensorflow/native-backend.ts';
import { loadTensorflow } from '../../operators/engine/tensorflow/load-tensorflow.ts';
import { tensorflowPackage } from '../../operators/engine/tensorflow/tensorflow-package.ts';
import { initialWeights } from '../../operators/model/initial-weights.ts';
import { tf } from '../../operators/tensor/tf.ts';
import { availableCores } from '../../operators/threads/available-cores.ts';
import { patternedBatch } from '../helpers/batches.ts';
import { zeroMomentum } from '../helpers/networks.ts';
import { median } from './median.ts';
import { encoderOf, stepCase } from './network-sides.ts';

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: 'resnet8x512,resnet18x64' },
    sides: { type: 'string', default: 'eager,graph' },
    size: { type: 'string', default: '32' },
    steps: { type: 'string', default: '10' },
    threads: { type: 'string', default: String(availableCores()) },
    top: { type: 'string', default: '12' },
    json: { type: 'boolean', default: false },
  },
});

/** A trainer with its state, as an engine keeps it in its thread. */
interface Trainer {
  /** @returns The loss. */
  step(): Promise<number>;
  release(): void | Promise<void>;
}

/** Ways of running the step, by name. */
const sides: Readonly<Record<string, (spec: StepSpec) => Promise<Trainer>>> = {
  eager: (spec) => loaded(spec, eagerTrainingSession(spec)),
  graph: (spec) => loaded(spec, graphTrainingSession(nativeBinding(), spec)),
};

process.env['TF_NUM_INTRAOP_THREADS'] ??= values.threads;
process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2';
const { library } = await loadTensorflow(tensorflowPackage);
const counts = countingBinding();

for (const one of values.cases.split(',')) {
  for (const side of values.sides.split(',')) {
    const result = { case: one, side, library, ...(await measured(one, side)) };
    console.log(values.json ? JSON.stringify(result) : textOf(result));
  }
}

type Measured = Awaited<ReturnType<typeof measured>>;

async function measured(one: string, side: string) {
  const { encoder, rows } = stepCase(one);
  const trainer = await sides[side]!({
    encoder: encoderOf(encoder),
    loss: { name: 'sincere', temperature: 0.1 },
    shape: { images: rows / 2, views: 2, imageSize: Number(values.size) },
    momentum: 0.9,
    weightDecay: 1e-4,
  });
  const losses = [await trainer.step()];
  counts.clear();
  losses.push(await trainer.step());
  const counted = counts.copy();
  const [ms, userMs, systemMs]: [number[], number[], number[]] = [[], [], []];
  for (let step = 0; step < Number(values.steps); step += 1) {
    const [start, cpu] = [performance.now(), process.cpuUsage()];
    losses.push(await trainer.step());
    const { user, system } = process.cpuUsage(cpu);
    ms.push(performance.now() - start);
    userMs.push(user / 1000);
    systemMs.push(system / 1000);
  }
  await trainer.release();
  return {
    ...counted,
    ms: median(ms),
    userMs: median(userMs),
    systemMs: median(systemMs),
    peakMb: process.resourceUsage().maxRSS / 1024,
    losses: losses.slice(0, 3),
  };
}

async function loaded(spec: StepSpec, session: TrainingSession): Promise<Trainer> {
  const weights = initialWeights(spec.encoder, 0);
  await session.load({ step: 0, weights, momentum: zeroMomentum(weights) });
  const { pixels, labels } = patternedBatch(spec.shape, 0);
  return {
    // A training loop makes new pixels for each step as well.
    step: async () => (await session.run({ pixels: pixels.slice(), labels }, 0.05)).loss,
    release: () => session.release(),
  };
}

/** What a step asked of the library. */
interface Counts {
  readonly ops: Map<string, { count: number; ms: number }>;
  created: number;
  createdBytes: number;
  read: number;
  readBytes: number;
}

type CountedBinding = Readonly<Record<string, (...args: never[]) => unknown>>;

/** Puts a copy of the native binding in its place that counts calls; its own members cannot be replaced. */
function countingBinding() {
  const counts: Counts = { ops: new Map(), created: 0, createdBytes: 0, read: 0, readBytes: 0 };
  // A member of this backend alone.
  const backend = tf.backend() as unknown as { binding: CountedBinding };
  const { binding } = backend;
  const counted = (name: string, call: () => unknown): unknown => {
    const start = performance.now();
    const result = call();
    const { count, ms } = counts.ops.get(name) ?? { count: 0, ms: 0 };
    counts.ops.set(name, { count: count + 1, ms: ms + performance.now() - start });
    return result;
  };
  const copy = Object.fromEntries(
    Object.getOwnPropertyNames(binding).map((name) => [name, binding[name]!]),
  );
  backend.binding = {
    ...copy,
    executeOp: (name: string, ...rest: never[]) =>
      counted(name, () => binding['executeOp']!(name as never, ...rest)),
    runSavedModel: (...given: never[]) =>
      counted('run of a graph', () => binding['runSavedModel']!(...given)),
    createTensor(shape: never, type: never, array: ArrayBufferView) {
      counts.created += 1;
      counts.createdBytes += array.byteLength;
      return binding['createTensor']!(shape, type, array as never);
    },
    tensorDataSync(id: never) {
      const array = binding['tensorDataSync']!(id) as ArrayBufferView;
      counts.read += 1;
      counts.readBytes += array.byteLength;
      return array;
    },
  };
  return {
    clear() {
      counts.ops.clear();
      Object.assign(counts, { created: 0, createdBytes: 0, read: 0, readBytes: 0 });
    },
    copy: () => ({ ...counts, ops: Object.fromEntries(counts.ops) }),
  };
}

function textOf(result: Measured & { readonly case: string; readonly side: string }): string {
  const { ops, created, createdBytes, read, readBytes, ms, userMs, systemMs, peakMb } = result;
  const total = Object.values(ops).reduce((sum, { count }) => sum + count, 0);
  const slowest = Object.entries(ops)
    .toSorted(([, one], [, other]) => other.ms - one.ms)
    .slice(0, Number(values.top))
    .map(([name, { count, ms }]) => `${count} ${name} ${ms.toFixed(1)} ms`);
  return [
    `${result.case} × ${values.size} px, ${result.side}: ${total} operators a step, ${created} tensors made ` +
      `from arrays (${megabytes(createdBytes)}), ${read} read back (${megabytes(readBytes)})`,
    `  ${ms.toFixed(0)} ms, of processors ${userMs.toFixed(0)} user and ${systemMs.toFixed(0)} system, peak ` +
      `${peakMb.toFixed(0)} MB; losses ${result.losses.map((loss) => loss.toFixed(6)).join(' ')}`,
    `  ${slowest.join(', ')}`,
  ].join('\n');
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(2)} MB`;
}
