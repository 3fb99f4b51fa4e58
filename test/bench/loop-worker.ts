/** The measured process of `loop.ts`: `loop-worker.ts BUILT`. */
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { lastValueFrom, pipe, tap, toArray } from 'rxjs';
import type * as datasets from '../../datasets/index.ts';
import type * as operators from '../../operators/index.ts';
import type { PackedBatch } from '../../operators/types.ts';
import type * as pipeline from '../../pipeline/index.ts';
import { zeroMomentum } from '../helpers/networks.ts';
import { encoderOf } from './network-sides.ts';
import type { Lateness, LoopAnswer, LoopRequest } from './loop.ts';

const built = process.argv[3]!;
// What was built exports what is written here.
const load = async (name: string): Promise<unknown> =>
  await import(new URL(`${name}/index.js`, built).href);
const { openDataset } = (await load('datasets')) as typeof datasets;
const ours = (await load('operators')) as typeof operators;
const { train } = (await load('pipeline')) as typeof pipeline;

/** Batches that the steps alone are taken on, in turn. */
const distinct = 4;
console.log(JSON.stringify({}));

for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(await measured(JSON.parse(line) as LoopRequest)));
}

async function measured(request: LoopRequest): Promise<LoopAnswer> {
  const idle = timer();
  await wait(1000);
  const lateIdle = idle();
  const steps = await openSteps(request);
  await steps.take(3);
  const before = await steps.take(Math.ceil(request.steps / 2));
  const { loopMs, inStepsMs, late } = await trained(request);
  const after = await steps.take(Math.floor(request.steps / 2));
  await steps.close();
  const rate = (ms: number): number => (1000 * request.steps * request.batchSize) / ms;
  return {
    device: steps.device,
    loopRate: rate(loopMs),
    stepRate: rate(before + after),
    ratio: (before + after) / loopMs,
    stepInLoopRate: rate(inStepsMs),
    late,
    lateIdle,
    peakMb: process.resourceUsage().maxRSS / 1024,
  };
}

/** The run: how long its measured steps took from one emission to the next, and inside the engine. */
async function trained(request: LoopRequest) {
  const { data, limit, batchSize, views, imageSize, steps, threads, fresh, out } = request;
  const kept = fresh ? { cacheMb: 0 } : {};
  const options = { limit, batchSize, views, imageSize, threads, out, ...kept };
  const { count } = await openDataset(data, { limit });
  const cached = fresh ? 0 : Math.ceil(count / batchSize);
  // The cache is full when the batches of the first epoch have been decoded, and nothing is prepared beside the last
  // batches of a run.
  const window = 3;
  const total = cached + window + steps + window;
  const { architecture: encoder, stem } = encoderOf(request.encoder);
  const network = { encoder, stem };
  const run = train({
    ...options,
    ...network,
    data,
    prefetch: window,
    steps: total,
    engine: 'onnx',
  });
  let [startedAt, loopMs, inStepsMs] = [0, 0, 0];
  let stopTimer: (() => Lateness) | undefined;
  let late: Lateness | undefined;
  await lastValueFrom(
    run.output$.pipe(
      tap((event) => {
        if (event.kind !== 'progress') return;
        const { plan, stepMs } = event.step;
        const measuredSteps = plan.seq + 1 - cached - window;
        if (measuredSteps === 0) {
          startedAt = performance.now();
          stopTimer = timer();
        } else if (measuredSteps > 0 && measuredSteps <= steps) {
          inStepsMs += stepMs;
        }
        if (measuredSteps !== steps) return;
        loopMs = performance.now() - startedAt;
        late = stopTimer!();
      }),
    ),
  );
  return { loopMs, inStepsMs, late: late! };
}

/** Steps alone, in the network and on the first batches of the run. */
async function openSteps(request: LoopRequest) {
  const { batchSize: images, views, imageSize, threads } = request;
  const engine = await ours.openEngine('onnx', { threads });
  const encoder = encoderOf(request.encoder);
  const shape = { images, views, imageSize };
  // As `train` has them by default.
  const loss = { name: 'sincere', temperature: 0.1 } as const;
  const spec = { encoder, loss, shape, momentum: 0.9, weightDecay: 1e-4 };
  const trainer = await engine.createTrainer(spec);
  const weights = ours.initialWeights(encoder, 0);
  await trainer.load({ step: 0, weights, momentum: zeroMomentum(weights) }, { handOver: true });
  const batches = await firstBatches(request);
  let taken = 0;
  return {
    device: engine.device,
    /** Takes as many more, and says how many milliseconds they took. */
    async take(steps: number): Promise<number> {
      let ms = 0;
      for (let step = 0; step < steps; step += 1, taken += 1) {
        const batch = batches[taken % batches.length]!;
        // Steps take their pixels over.
        const pixels = batch.pixels.slice();
        const began = performance.now();
        await trainer.run({ ...batch, pixels }, 0.05);
        ms += performance.now() - began;
      }
      return ms;
    },
    close: () => engine.close(),
  };
}

async function firstBatches(request: LoopRequest): Promise<readonly PackedBatch[]> {
  const { data, limit, batchSize, views, imageSize } = request;
  const dataset = await openDataset(data, { limit });
  const viewer = await ours.openImageWorkers();
  const recipe = ours.viewRecipe('paper');
  const plans = ours.planBatches(dataset, { batchSize, steps: distinct, seed: 0 });
  const batches = await lastValueFrom(
    ours
      .withDemand(plans, { window: 1 }, (plan$) =>
        plan$.pipe(
          ours.perSample(
            pipe(
              ours.readImage(dataset, { permits: ours.permits(8) }),
              ours.decodeImage({
                permits: ours.permits(1),
                shrinkTo: ours.shrinkTarget(recipe, imageSize),
              }),
            ),
          ),
          ours.augmentViews(viewer, { recipe, views, imageSize, seed: 0 }),
          ours.packBatch({ images: batchSize, views, imageSize }),
        ),
      )
      .pipe(toArray()),
  );
  await viewer.close();
  return batches;
}

/** Starts a timer of 5 ms. What is returned ends it and says how late it fired. */
function timer(): () => Lateness {
  const late: number[] = [];
  let last = performance.now();
  const interval = setInterval(() => {
    const now = performance.now();
    late.push(Math.max(0, now - last - 5));
    last = now;
  }, 5);
  return () => {
    clearInterval(interval);
    late.sort((one, other) => one - other);
    const at = (share: number): number => late[Math.floor(share * (late.length - 1))]!;
    return { p50: at(0.5), p99: at(0.99), max: at(1) };
  };
}
