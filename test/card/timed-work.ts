import fs from 'node:fs/promises';
import path from 'node:path';
import type { Engine } from '../../operators/engine/interface/engine.ts';
import type { PackedBatch, Weights } from '../../operators/types.ts';
import { readSafetensors } from '../../outputs/run/read-safetensors.ts';
import { encoderOf } from '../bench/network-sides.ts';
import { zeroMomentum } from '../helpers/networks.ts';
import { lossSize, type Workload } from './workload.ts';
import type { Timing } from './worker-calls.ts';

/** Work that can be repeated, and is then closed. */
interface Repeated {
  /** Gives what must agree with another side, of its first time. */
  readonly run: () => Promise<readonly number[]>;
  readonly close: () => Promise<void>;
}

/** A step, an inference, or a loss with its gradient. */
export type RepeatedWork = Exclude<Workload, { readonly what: 'loop' }>;

/** Times a row: twice to warm up, of which the first compiles, then for some seconds and at least three times. */
export async function timedWork(
  engine: Engine,
  work: RepeatedWork,
  folder: string,
  seconds: number,
): Promise<Timing> {
  const { run, close } = await opened(engine, work, folder);
  try {
    const values = await run();
    await run();
    const ms: number[] = [];
    const until = performance.now() + 1000 * seconds;
    while (ms.length < 3 || performance.now() < until) {
      const start = performance.now();
      await run();
      ms.push(performance.now() - start);
    }
    return { ms, values };
  } finally {
    await close();
  }
}

function opened(engine: Engine, work: RepeatedWork, folder: string): Promise<Repeated> {
  switch (work.what) {
    case 'step':
      return openedStep(engine, work, folder);
    case 'inference':
      return openedInference(engine, work, folder);
    case 'loss':
      return openedLoss(engine, folder);
    default:
      throw new Error(`Unknown work \`${String(work satisfies never)}\``);
  }
}

type NetworkWork = Exclude<RepeatedWork, { readonly what: 'loss' }>;

async function openedStep(engine: Engine, work: NetworkWork, folder: string): Promise<Repeated> {
  const { rows, imageSize } = work;
  const shape = { images: rows / 2, views: 2, imageSize };
  const trainer = await engine.createTrainer({
    encoder: encoderOf(work.encoder),
    loss: { name: 'sincere', temperature: 0.1 },
    shape,
    momentum: 0.9,
    weightDecay: 1e-4,
  });
  const weights = await weightsIn(folder);
  await trainer.load({ step: 0, weights, momentum: zeroMomentum(weights) }, { handOver: true });
  const pixels = await pixelsIn(folder, work);
  const labels = (await labelsIn(folder)).slice(0, rows);
  const samples = Array.from({ length: shape.images }, (_, position) => {
    return { id: `${position}`, label: labels[2 * position]!, position, draw: 0 };
  });
  const batch: Omit<PackedBatch, 'pixels'> = {
    plan: { seq: 0, epoch: 0, samples },
    shape,
    samples,
    labels,
  };
  return {
    // A training loop makes new pixels for each step as well.
    run: async () => [(await trainer.run({ ...batch, pixels: pixels.slice() }, 0.05)).loss],
    close: () => trainer.close(),
  };
}

async function openedInference(
  engine: Engine,
  { encoder, rows, imageSize }: NetworkWork,
  folder: string,
): Promise<Repeated> {
  const shape = { rows, imageSize };
  const weights = await weightsIn(folder);
  const session = await engine.createEncoder(encoderOf(encoder), weights, shape);
  let pixels = await pixelsIn(folder, shape);
  return {
    async run() {
      const encoded = await session.run(pixels);
      // The memory that was handed over comes back.
      ({ pixels } = encoded as { pixels: Float32Array<ArrayBuffer> });
      return [...encoded.embedding.subarray(0, 8)];
    },
    close: () => session.close(),
  };
}

async function openedLoss(engine: Engine, folder: string): Promise<Repeated> {
  const session = await engine.createLoss({ name: 'sincere', temperature: 0.1 });
  const rows = { z: await floats(folder), size: lossSize, labels: await labelsIn(folder) };
  return {
    run: async () => [(await session.run(rows, { gradient: true, readouts: false })).value],
    close: () => session.close(),
  };
}

async function weightsIn(folder: string): Promise<Weights> {
  return (await readSafetensors(path.join(folder, 'weights.safetensors'))).tensors;
}

/** As many images as a row has now; there may be more, where memory was short. */
async function pixelsIn(
  folder: string,
  { rows, imageSize }: { readonly rows: number; readonly imageSize: number },
): Promise<Float32Array<ArrayBuffer>> {
  return (await floats(folder)).slice(0, rows * imageSize * imageSize * 3);
}

async function floats(folder: string): Promise<Float32Array<ArrayBuffer>> {
  return new Float32Array(await bytesOf(path.join(folder, 'values.f32')));
}

async function labelsIn(folder: string): Promise<Int32Array> {
  return new Int32Array(await bytesOf(path.join(folder, 'labels.i32')));
}

async function bytesOf(file: string): Promise<ArrayBuffer> {
  const bytes = await fs.readFile(file);
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
}
