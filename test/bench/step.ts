/**
 * Training steps of the `onnx` engine: `npx tsx test/bench/step.ts [--json] [--encoder resnet8]
 * [--views 256,512] [--size 32] [--steps 8] [--threads N]`.
 *
 * Random pixels, because a step takes the same time whatever it sees. The first step is shown apart: it
 * allocates. Memory is the peak of the whole process so far, so give one size at a time to compare it.
 */
import { parseArgs } from 'node:util';
import type { TrainerSpec } from '../../operators/engine/engine.ts';
import { openOnnxEngine } from '../../operators/engine/onnx-engine.ts';
import { initialWeights } from '../../operators/model/initial-weights.ts';
import type { EncoderName, TrainerState } from '../../operators/types.ts';
import { packedBatch } from '../helpers/batches.ts';
import { zeroMomentum } from '../helpers/networks.ts';

/** One measured size. */
interface Row {
  readonly name: string;
  /** Views per second at the median step. */
  readonly ours: number;
  readonly unit: 'views/s';
  readonly device: string;
  readonly compileMs: number;
  readonly firstStepMs: number;
  readonly medianStepMs: number;
  readonly fastestStepMs: number;
  /** CPU time of a step over its wall time: below the number of threads when something else computes. */
  readonly coresUsed: number;
  readonly peakMemoryMb: number;
}

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    encoder: { type: 'string', default: 'resnet8' },
    views: { type: 'string', default: '256,512' },
    size: { type: 'string', default: '32' },
    steps: { type: 'string', default: '8' },
    threads: { type: 'string' },
  },
});
const threads = values.threads === undefined ? undefined : Number(values.threads);

for (const views of values.views.split(',').map(Number)) {
  const row = await measured({
    // A name that is none is refused when the network is planned.
    encoder: { architecture: values.encoder as EncoderName, head: 'mlp', projectionSize: 128 },
    loss: { name: 'sincere', temperature: 0.1 },
    shape: { images: views / 2, views: 2, imageSize: Number(values.size) },
    momentum: 0.9,
    weightDecay: 1e-4,
  });
  if (values.json) console.log(JSON.stringify(row));
  else console.log(text(row));
}

async function measured(spec: TrainerSpec): Promise<Row> {
  const engine = await openOnnxEngine({ threads });
  const began = performance.now();
  const trainer = await engine.createTrainer(spec);
  const compileMs = performance.now() - began;
  const weights = initialWeights(spec.encoder, 0);
  const state: TrainerState = { step: 0, weights, momentum: zeroMomentum(weights) };
  await trainer.load(state);

  const wallMs: number[] = [];
  const cores: number[] = [];
  for (let step = 0; step <= Number(values.steps); step += 1) {
    const batch = packedBatch(spec.shape, step, 10);
    const cpu = process.cpuUsage();
    const start = performance.now();
    await trainer.run(batch, 0.05);
    const wall = performance.now() - start;
    const { user, system } = process.cpuUsage(cpu);
    wallMs.push(wall);
    cores.push((user + system) / 1000 / wall);
  }
  await engine.close();

  const { images, views, imageSize } = spec.shape;
  const [first, ...warm] = wallMs;
  const medianStepMs = median(warm);
  return {
    name: `${spec.encoder.architecture}, ${images * views} views of ${imageSize} px`,
    ours: rounded((images * views * 1000) / medianStepMs),
    unit: 'views/s',
    device: engine.device,
    compileMs: rounded(compileMs),
    firstStepMs: rounded(first!),
    medianStepMs: rounded(medianStepMs),
    fastestStepMs: rounded(Math.min(...warm)),
    coresUsed: Number(median(cores.slice(1)).toFixed(2)),
    peakMemoryMb: rounded(process.resourceUsage().maxRSS / 1024),
  };
}

function text(row: Row): string {
  return (
    `${row.name}: ${row.ours} ${row.unit} (median ${row.medianStepMs} ms, fastest ` +
    `${row.fastestStepMs}, first ${row.firstStepMs}; compiled in ${row.compileMs} ms; ${row.device}, ` +
    `${row.coresUsed} cores used; peak ${row.peakMemoryMb} MB)`
  );
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)]!;
}

function rounded(value: number): number {
  return Math.round(value);
}
