import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { lastValueFrom, type Subscription } from 'rxjs';
import { openImageFolder } from '../../datasets/folder/image-folder.ts';
import { PipelineError } from '../../operators/errors.ts';
import { permits } from '../../operators/flow/permits.ts';
import { withDemand } from '../../operators/flow/with-demand.ts';
import { viewRecipe } from '../../operators/image/view-recipe.ts';
import { openImageWorkers } from '../../operators/loading/image-workers.ts';
import { pixelCache } from '../../operators/loading/pixel-cache.ts';
import { type Random, seededRandom } from '../../operators/random.ts';
import { loadViews } from '../../operators/stages/load-views.ts';
import { skipBad } from '../../operators/stages/on-bad-sample.ts';
import { quarantine } from '../../operators/stages/quarantine.ts';
import type { BatchPlan, Dataset } from '../../operators/types.ts';
import { writeManyImages } from '../helpers/many-images.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

/** Tasks that end badly; ten thousand in a campaign. */
const kills = process.env['CAMPAIGN'] === '1' ? 10_000 : 150;
const imageSize = 16;
const batchSize = 12;

/** Plans of images at random places; every image is met again and again. */
async function* randomPlans(
  data: Dataset,
  random: Random,
  batches: number,
  marked: boolean,
): AsyncGenerator<BatchPlan> {
  for (let seq = 0; seq < batches; seq += 1) {
    const samples = Array.from({ length: batchSize }, (_, at) => {
      const position = random.below(data.count);
      const sample = { ...data.sample(position), position, draw: random.below(100) };
      return marked && seq === 1 && at === 3 ? { ...sample, id: `${sample.id} die` } : sample;
    });
    yield { seq, epoch: 0, samples };
  }
}

test(`${kills} tasks that are aborted, meet damaged files or lose their thread leave nothing behind`, async (t) => {
  t.timeout(3_600_000);
  const root = await temporaryFolder(t);
  await writeManyImages(root, 400);
  await fs.rm(path.join(root, 'class-0', '000000.jpg'));
  const data = await openImageFolder(root);
  const random = seededRandom('kills', kills);
  const module = new URL('../fixtures/dying-load-worker.ts', import.meta.url);
  const workers = await openImageWorkers({ threads: 2, module });
  t.teardown(() => workers.close());
  const { pool } = workers;
  const cache = pixelCache(2e4);
  const outcomes = { completed: 0, aborted: 0, died: 0 };
  const held: number[] = [];

  for (let round = 0; round < kills; round += 1) {
    const kind = random.below(10);
    const bad = {
      replacement: skipBad,
      quarantine: quarantine({ count: data.count, maxInvalid: 1 }),
    };
    const load = loadViews(workers, {
      source: { dataset: data, permits: permits(4), cache: kind % 2 === 0 ? undefined : cache },
      augmentation: { recipe: viewRecipe('paper'), views: 2, imageSize, seed: round },
      bad,
    });
    const plans = randomPlans(data, random, 3, kind === 0);
    const output$ = withDemand(plans, { window: 2 }, (plan$) => plan$.pipe(load));
    const ended = new Promise<'completed' | 'died'>((resolve, reject) => {
      const subscription: Subscription = output$.subscribe({
        next({ pixels }) {
          workers.recycle(pixels);
          if (kind <= 4 && random.below(3) === 0) leave();
        },
        complete: () => resolve('completed'),
        error(error: unknown) {
          if (error instanceof PipelineError && error.code === 'ERR_ENGINE') resolve('died');
          else reject(error);
        },
      });
      const leave = (): void => {
        // While it is being told of a batch, a stream is not yet subscribed to, now and then.
        queueMicrotask(() => {
          subscription.unsubscribe();
          outcomes.aborted += 1;
          resolve('completed');
        });
      };
      if (kind >= 7) setTimeout(leave, random.below(8));
    });
    outcomes[await ended] += 1;
    if (round % 50 === 49) {
      await idle(pool);
      global.gc?.();
      held.push(process.memoryUsage().rss);
    }
  }

  await idle(pool);
  t.deepEqual([pool.waiting, pool.running], [0, 0]);
  t.true(outcomes.died > 0 && outcomes.aborted > 0 && outcomes.completed > 0);
  // Two batches of a stream are in flight, beside those of one before it that threads still had.
  t.true(pool.memory.spare <= 8, `${pool.memory.spare} batches of memory`);
  t.log(outcomes, 'MB after each 50:', held.map((bytes) => Math.round(bytes / 2 ** 20)).join(' '));
  // And it still works.
  const bad = {
    replacement: skipBad,
    quarantine: quarantine({ count: data.count, maxInvalid: 1 }),
  };
  const load = loadViews(workers, {
    source: { dataset: data, permits: permits(4) },
    augmentation: { recipe: viewRecipe('paper'), views: 2, imageSize, seed: 0 },
    bad,
  });
  const plans = randomPlans(data, random, 3, false);
  const last = await lastValueFrom(withDemand(plans, { window: 2 }, (plan$) => plan$.pipe(load)));
  t.is(last.plan.seq, 2);
});

/** Waits until no thread has anything to do any more. */
async function idle(pool: { readonly waiting: number; readonly running: number }): Promise<void> {
  while (pool.waiting + pool.running > 0) {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}
