import test from 'ava';
import { openImageFolder } from '../../datasets/folder/image-folder.ts';
import { planBatches } from '../../operators/batches/plan-batches.ts';
import { permits } from '../../operators/flow/permits.ts';
import { withDemand } from '../../operators/flow/with-demand.ts';
import { viewRecipe } from '../../operators/image/view-recipe.ts';
import { openImageWorkers } from '../../operators/loading/image-workers.ts';
import { pixelCache } from '../../operators/loading/pixel-cache.ts';
import { loadViews } from '../../operators/stages/load-views.ts';
import { skipBad } from '../../operators/stages/on-bad-sample.ts';
import { quarantine } from '../../operators/stages/quarantine.ts';
import { writeManyImages } from '../helpers/many-images.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

/** Views that are made; a million in a campaign. */
const views = process.env['CAMPAIGN'] === '1' ? 1_000_000 : 60_000;
const batchSize = 250;

test(`${views} views are made in memory that does not grow`, async (t) => {
  t.timeout(1_800_000);
  const root = await temporaryFolder(t);
  await writeManyImages(root, 2000);
  const data = await openImageFolder(root);
  const workers = await openImageWorkers({ threads: 2 });
  t.teardown(() => workers.close());
  const steps = views / 2 / batchSize;
  const load = loadViews(workers, {
    // Some images are in the cache, and some do not fit.
    source: { dataset: data, permits: permits(4), cache: pixelCache(200_000) },
    augmentation: { recipe: viewRecipe('paper'), views: 2, imageSize: 32, seed: 0 },
    bad: { replacement: skipBad, quarantine: quarantine({ count: data.count }) },
  });
  const plans = planBatches(data, { batchSize, steps, seed: 1 });
  const rss: number[] = [];
  let made = 0;
  await withDemand(plans, { window: 3 }, (plan$) => plan$.pipe(load)).forEach(
    ({ plan, samples, pixels }) => {
      made += 2 * samples.length;
      workers.recycle(pixels);
      if ((plan.seq + 1) % Math.ceil(steps / 12) === 0) {
        rss.push(Math.round(process.memoryUsage().rss / 2 ** 20));
      }
    },
  );
  t.log('MB:', rss.join(' '));
  t.true(made > 0.97 * views);
  t.true(workers.pool.memory.spare <= 4, `${workers.pool.memory.spare} batches`);
  // Of a quarter of the way, after which caches, code and heaps are as large as they get.
  t.true(rss.at(-1)! < rss[3]! + 48, 'memory grew');
});
