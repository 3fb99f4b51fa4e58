/**
 * Gradient caching: one step on a large batch in chunks beside the same step in one pass, and beside a step on
 * a batch of one chunk: `npx tsx test/bench/micro-batch.ts [--images 4096] [--micro-batch 512] [--size 32]
 * [--views 2] [--encoder resnet8] [--batch-norm frozen] [--json]`.
 *
 * Each step runs in a process of its own, so that memory is its own peak. With frozen BatchNorm, chunks and one
 * pass must agree: every weight and momentum to 1e-5 of the largest of its tensor.
 */
import { spawn } from 'node:child_process';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { TrainerSpec } from '../../operators/step/step-spec.ts';
import { openOnnxEngine } from '../../operators/engine/onnx-engine.ts';
import { initialWeights } from '../../operators/model/initial-weights.ts';
import type { TrainerState } from '../../operators/types.ts';
import type { EncoderName } from '../../operators/model/encoders.ts';
import { readSafetensors } from '../../outputs/run/read-safetensors.ts';
import { writeSafetensors } from '../../outputs/run/write-safetensors.ts';
import { patternedBatch } from '../helpers/batches.ts';
import { zeroMomentum } from '../helpers/networks.ts';
import { relativeError } from '../helpers/tensors.ts';

/** One measured step. */
interface Row {
  readonly name: string;
  readonly ours: number;
  readonly unit: 'ms';
  readonly loss: number;
  readonly peakMemoryMb: number;
}

const { values } = parseArgs({
  options: {
    images: { type: 'string', default: '4096' },
    'micro-batch': { type: 'string', default: '512' },
    size: { type: 'string', default: '32' },
    views: { type: 'string', default: '2' },
    encoder: { type: 'string', default: 'resnet8' },
    'batch-norm': { type: 'string', default: 'frozen' },
    json: { type: 'boolean', default: false },
    /** What one process of the bench runs, and where it leaves its weights. */
    step: { type: 'string' },
    out: { type: 'string' },
  },
});
const images = Number(values.images);
const microBatch = Number(values['micro-batch']);

if (values.step === undefined) await compare();
else await takeStep(values.step, values.out!);

async function compare(): Promise<void> {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'sincere-bench-'));
  try {
    for (const step of ['chunk', 'chunks', 'whole']) {
      const row = JSON.parse(await inProcess(step, path.join(folder, step))) as Row;
      const text = `${row.name}: ${row.ours.toFixed(0)} ms, peak ${row.peakMemoryMb.toFixed(0)} MB, loss ${row.loss}`;
      console.log(values.json ? JSON.stringify(row) : text);
    }
    const [chunks, whole] = await Promise.all(
      ['chunks', 'whole'].map((step) => readSafetensors(path.join(folder, step))),
    );
    const differences = [...whole!.tensors].map(([name, { data }]) =>
      relativeError(chunks!.tensors.get(name)!.data, data),
    );
    const worst = Math.max(...differences);
    console.log(
      values.json
        ? JSON.stringify({ name: 'largest relative difference', ours: worst, unit: '1' })
        : `largest relative difference of a tensor: ${worst.toExponential(1)}`,
    );
    if (values['batch-norm'] === 'frozen' && !(worst <= 1e-5)) process.exitCode = 1;
  } finally {
    await fs.rm(folder, { recursive: true });
  }
}

async function inProcess(step: string, out: string): Promise<string> {
  const self = fileURLToPath(import.meta.url);
  const args = [...process.argv.slice(2), '--step', step, '--out', out];
  const child = spawn(process.execPath, ['--import=tsx', self, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  for await (const chunk of child.stdout) text += String(chunk);
  return text;
}

async function takeStep(step: string, out: string): Promise<void> {
  const spec: TrainerSpec = {
    // A name that is none is refused when the network is planned.
    encoder: { architecture: values.encoder as EncoderName, head: 'mlp', projectionSize: 128 },
    loss: { name: 'sincere', temperature: 0.1 },
    shape: {
      images: step === 'chunk' ? microBatch : images,
      views: Number(values.views),
      imageSize: Number(values.size),
    },
    momentum: 0.9,
    weightDecay: 1e-4,
    batchNorm: values['batch-norm'] === 'frozen' ? 'frozen' : 'batch',
    microBatch: step === 'chunks' ? microBatch : undefined,
  };
  const engine = await openOnnxEngine();
  const trainer = await engine.createTrainer(spec);
  const weights = initialWeights(spec.encoder, 1);
  const state: TrainerState = { step: 0, weights, momentum: zeroMomentum(weights) };
  await trainer.load(state);
  const batch = patternedBatch(spec.shape, 0);
  const began = performance.now();
  const { loss } = await trainer.run(batch, 0.1);
  const ms = performance.now() - began;
  const after = await trainer.snapshot();
  await engine.close();
  const moved = [...after.momentum].map(([name, tensor]) => [`momentum.${name}`, tensor] as const);
  await writeSafetensors(out, new Map([...after.weights, ...moved]));
  const { views, imageSize } = spec.shape;
  const row: Row = {
    name: `${step}: ${spec.shape.images} images × ${views} views of ${imageSize} px`,
    ours: ms,
    unit: 'ms',
    loss,
    peakMemoryMb: process.resourceUsage().maxRSS / 1024,
  };
  console.log(JSON.stringify(row));
}
