// Started by `million.ts`, a process for each measurement: opens a dataset, plans, loads the first batch, and writes a
// line of JSON. Plain JavaScript, because a compiler in this process would count as memory of the package.
'use strict';
const { createHash } = require('node:crypto');

async function main([dist, location, cacheDir]) {
  const { openDataset } = await import(new URL('datasets/index.js', dist).href);
  const operators = await import(new URL('operators/index.js', dist).href);
  const { loadViews, openImageWorkers, permits, planBatches } = operators;
  const { quarantine, skipBad, viewRecipe } = operators;
  const { from, lastValueFrom } = await import('rxjs');
  const notes = [];
  const dataset = await openDataset(location, { cacheDir, onNote: ({ text }) => notes.push(text) });
  const openSeconds = performance.now() / 1000;
  const openRss = process.resourceUsage().maxRSS;
  const plans = [];
  for await (const plan of planBatches(dataset, { batchSize: 64, steps: 100, seed: 0 })) {
    plans.push(plan);
    if (plans.length === 1) break;
  }
  const workers = await openImageWorkers();
  const load = loadViews(workers, {
    source: { dataset, permits: permits(32) },
    augmentation: { recipe: viewRecipe('paper'), views: 2, imageSize: 32, seed: 0 },
    bad: { replacement: skipBad, quarantine: quarantine({ count: dataset.count }) },
  });
  const batch = await lastValueFrom(from(plans).pipe(load));
  const firstSeconds = performance.now() / 1000;
  const views = createHash('sha256').update(new Uint8Array(batch.pixels.buffer)).digest('hex');
  const hash = createHash('sha256');
  for await (const plan of planBatches(dataset, { batchSize: 64, steps: 100, seed: 0 })) {
    hash.update(JSON.stringify(plan));
  }
  await workers.close();
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  const answer = {
    count: dataset.count,
    classes: dataset.classes.length,
    openSeconds,
    firstSeconds,
    cpuSeconds: (userCPUTime + systemCPUTime) / 1e6,
    openMb: (openRss * 1024) / 1e6,
    peakMb: (maxRSS * 1024) / 1e6,
    images: batch.samples.length,
    plans: hash.digest('hex'),
    views,
    notes: [...(dataset.notes ?? []).map(({ text }) => text), ...notes],
  };
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}

void main(process.argv.slice(2));
