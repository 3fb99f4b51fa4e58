/**
 * Our side of `step.ts` and `infer.ts`, in the same words as `network_peer.py`:
 * `network-worker.ts BUILT THREADS ENGINE`.
 */
import fs from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type * as tensorflow from '../../operators/engine/tensorflow-engine.ts';
import type * as operators from '../../operators/index.ts';
import type * as outputs from '../../outputs/index.ts';
import type { EngineName } from '../../operators/engine/open-engine.ts';
import { messageOf } from '../../operators/errors.ts';
import type { Weights } from '../../operators/types.ts';
import { packedBatch } from '../helpers/batches.ts';
import { zeroMomentum } from '../helpers/networks.ts';
import { matmulRate } from './matmul-rate.ts';
import { encoderOf, type NetworkAnswer, type NetworkRequest } from './network-sides.ts';

const [built, threads] = [process.argv[3]!, Number(process.argv[4])];
const engineName = process.argv[5]!;
// What was built exports what is written here.
const load = async (name: string): Promise<unknown> =>
  await import(new URL(`${name}/index.js`, built).href);
const { openEngine } = (await load('operators')) as typeof operators;
const { openTensorflowEngine } = (await import(
  new URL('operators/engine/tensorflow-engine.js', built).href
)) as typeof tensorflow;
const { readSafetensors } = (await load('outputs')) as typeof outputs;

const engine =
  engineName === 'tensorflow-eager'
    ? await openTensorflowEngine({ threads, mode: 'eager' })
    : // One of the names that the command line was given; another one is refused by the engine.
      await openEngine(engineName as EngineName, { threads });
console.log(JSON.stringify({ engine: engine.name, device: engine.device }));

let work: (() => Promise<readonly number[]>) | undefined;
for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line) as NetworkRequest | { readonly what: 'matmul' };
  const answer = await answerTo(request).catch((error: unknown) => ({ failed: messageOf(error) }));
  console.log(JSON.stringify(answer));
}
await engine.close();

async function answerTo(
  request: NetworkRequest | { readonly what: 'matmul' },
): Promise<NetworkAnswer | { readonly gflops: number }> {
  if (request.what === 'matmul') return { gflops: await matmulRate(threads) };
  work ??= await opened(request);
  const { count, seconds } = request;
  const [ms, cpuMs]: [number[], number[]] = [[], []];
  let values: readonly number[] = [];
  const until = performance.now() + 1000 * seconds;
  while (ms.length < count || performance.now() < until) {
    const cpu = process.cpuUsage();
    const start = performance.now();
    const result = await work();
    ms.push(performance.now() - start);
    const { user, system } = process.cpuUsage(cpu);
    cpuMs.push((user + system) / 1000);
    if (ms.length === 1) values = result;
  }
  // The kernel's high-water mark of the process (VmHWM).
  return { ms, cpuMs, values, peakMb: process.resourceUsage().maxRSS / 1024 };
}

/** What is measured: a step, or the encoding of a batch. */
async function opened(request: NetworkRequest): Promise<() => Promise<readonly number[]>> {
  const { what, rows, imageSize, folder } = request;
  const encoder = encoderOf(request.encoder);
  const { tensors } = await readSafetensors(path.join(folder, 'weights.safetensors'));
  const weights: Weights = tensors;
  const pixels = new Float32Array(await bytesOf(path.join(folder, 'pixels.f32')));
  if (what === 'infer') {
    const session = await engine.createEncoder(encoder, weights, { rows, imageSize });
    let images = pixels;
    return async () => {
      const encoded = await session.run(images);
      images = encoded.pixels as typeof images;
      return [...encoded.embedding.subarray(0, session.embeddingSize)];
    };
  }
  const shape = { images: rows / 2, views: 2, imageSize };
  const trainer = await engine.createTrainer({
    encoder,
    loss: { name: 'sincere', temperature: 0.1 },
    shape,
    momentum: 0.9,
    weightDecay: 1e-4,
  });
  await trainer.load({ step: 0, weights, momentum: zeroMomentum(weights) }, { handOver: true });
  const labels = new Int32Array(await bytesOf(path.join(folder, 'labels.i32')));
  const batch = packedBatch({ ...shape, imageSize: 1 }, 0);
  // A training loop makes new pixels for each step as well.
  return async () => {
    const { loss } = await trainer.run({ ...batch, shape, pixels: pixels.slice(), labels }, 0.05);
    return [loss];
  };
}

async function bytesOf(file: string): Promise<ArrayBuffer> {
  const bytes = await fs.readFile(file);
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
}
