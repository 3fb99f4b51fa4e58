/**
 * A whole training run, images to metrics and checkpoints, beside its steps alone: `npx tsx test/bench/loop.ts
 * [--data DIR] [--limit 200] [--encoder resnet8] [--batch-size 128] [--views 2] [--size 32] [--steps 40] [--threads N]
 * [--fresh] [--json]`.
 *
 * `DIR` has a folder of images for each class, of which `--limit` are used; without it they are drawn. The run is
 * measured from when every image is in the cache, or with `--fresh` without one. Steps alone are taken in the same process, before and after the run,
 * on batches that the run saw. How long the main thread is busy is how late a timer of 5 ms fires, beside how late it
 * fires while nothing runs: Node counts timers in whole milliseconds.
 */
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { lastValueFrom } from 'rxjs';
import { writeSyntheticFolder } from '../../datasets/synthetic/write-synthetic-folder.ts';
import { availableCores } from '../../operators/threads/available-cores.ts';
import { answeringProcess, ourSide } from './answering-process.ts';
import { builtPackage } from './built-package.ts';

/** One run. */
export interface LoopRequest {
  readonly data: string;
  /** Images of each class. */
  readonly limit: number;
  readonly encoder: string;
  readonly batchSize: number;
  readonly views: number;
  readonly imageSize: number;
  /** Steps that are measured. */
  readonly steps: number;
  readonly threads: number;
  /** Images are read and decoded at each step: none is kept in memory. */
  readonly fresh: boolean;
  /** An empty folder for what the run writes. */
  readonly out: string;
}

/** How late a timer fires, in milliseconds. */
export interface Lateness {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** What came of it. Rates are of images, not of views. */
export interface LoopAnswer {
  readonly device: string;
  readonly loopRate: number;
  /** Of the steps alone. */
  readonly stepRate: number;
  /** `loopRate` over `stepRate`. */
  readonly ratio: number;
  /** Of the steps inside the run: what they lose to the stages that work beside them. */
  readonly stepInLoopRate: number;
  readonly late: Lateness;
  readonly lateIdle: Lateness;
  readonly peakMb: number;
}

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    limit: { type: 'string', default: '200' },
    encoder: { type: 'string', default: 'resnet8' },
    'batch-size': { type: 'string', default: '128' },
    views: { type: 'string', default: '2' },
    size: { type: 'string', default: '32' },
    steps: { type: 'string', default: '40' },
    threads: { type: 'string' },
    fresh: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
const built = await builtPackage();
const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'sincere-bench-'));
try {
  const limit = Number(values.limit);
  const request: LoopRequest = {
    data: values.data ?? (await drawnImages(path.join(folder, 'images'), limit)),
    limit,
    encoder: values.encoder,
    batchSize: Number(values['batch-size']),
    views: Number(values.views),
    imageSize: Number(values.size),
    steps: Number(values.steps),
    threads: values.threads === undefined ? availableCores() : Number(values.threads),
    fresh: values.fresh,
    out: path.join(folder, 'run'),
  };
  const side = await answeringProcess<object, LoopAnswer>(
    process.execPath,
    ourSide('loop-worker.ts', built, []),
  );
  const answer = await side.ask(request);
  side.end();
  console.log(values.json ? JSON.stringify({ ...request, ...answer }) : text(request, answer));
} finally {
  await fs.rm(folder, { recursive: true });
}

async function drawnImages(images: string, perClass: number): Promise<string> {
  const split = { train: perClass, test: 0 };
  await lastValueFrom(writeSyntheticFolder(images, { perClass: split }).output$);
  return path.join(images, 'train');
}

function text(request: LoopRequest, answer: LoopAnswer): string {
  const { encoder, batchSize, views, imageSize, steps } = request;
  const lateness = ({ p50, p99, max }: Lateness): string =>
    `p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms, at most ${max.toFixed(1)} ms`;
  return [
    `training, ${encoder}, ${batchSize} images × ${views} views of ${imageSize} px, ${steps} steps, ${answer.device}`,
    `  the whole run: ${answer.loopRate.toFixed(1)} images/s, its steps ${answer.stepInLoopRate.toFixed(1)}`,
    `  steps alone:   ${answer.stepRate.toFixed(1)} images/s; the run over them: ${answer.ratio.toFixed(3)}`,
    `  a timer of 5 ms was late by ${lateness(answer.late)}; while idle by ${lateness(answer.lateIdle)}`,
    `  peak memory ${answer.peakMb.toFixed(0)} MB`,
  ].join('\n');
}
