import test from 'ava';
import { pipe, tap } from 'rxjs';
import { perSample } from '../../operators/flow/per-sample.ts';
import { permits } from '../../operators/flow/permits.ts';
import { mapInTurn } from '../../operators/flow/map-in-turn.ts';
import { withDemand } from '../../operators/flow/with-demand.ts';
import { decodeImage } from '../../operators/stages/decode-image.ts';
import { readImage } from '../../operators/stages/read-image.ts';
import { sharp } from '../../operators/image/sharp-setup.ts';
import type { BatchPlan, Dataset, SampleBatch } from '../../operators/types.ts';
import { settled } from '../helpers/deferred.ts';
import { planOf } from '../helpers/plans.ts';

const jpeg = await sharp(new Uint8Array(16 * 16 * 3).fill(90), {
  raw: { width: 16, height: 16, channels: 3 },
})
  .jpeg()
  .toBuffer();

const store: Dataset = {
  name: 'store',
  classes: ['a', 'b'],
  count: 100_000,
  hash: '',
  sample: (position) => ({ id: `s${position}`, label: position % 2 }),
  read: async () => jpeg,
};

async function* plans(batches: number, batchSize: number): AsyncGenerator<BatchPlan> {
  for (let seq = 0; seq < batches; seq += 1) {
    yield planOf(
      seq,
      Array.from({ length: batchSize }, (_, index) => seq * batchSize + index),
    );
  }
}

/** Real reading and decoding, with a count of the decoded images that are not acknowledged yet. */
function counted(window: number, batchSize: number, batches: number) {
  let inFlight = 0;
  let most = 0;
  const stage = pipe(
    readImage(store, { permits: permits(8) }),
    decodeImage({ permits: permits(2) }),
    tap(() => {
      inFlight += 1;
      most = Math.max(most, inFlight);
    }),
  );
  return {
    most: () => most,
    inFlight: () => inFlight,
    output$: (sink: (batch: SampleBatch) => Promise<void>) =>
      withDemand(plans(batches, batchSize), { window }, (plan$) =>
        plan$.pipe(
          perSample(stage),
          mapInTurn(async (batch) => {
            await sink(batch);
            inFlight -= batch.images.length;
            return batch.plan.seq;
          }),
        ),
      ),
  };
}

for (const [window, batchSize] of [
  [1, 16],
  [2, 32],
  [4, 8],
] as const) {
  test(`decoded images in flight reach ${window} × ${batchSize} under a slow sink, and never more`, async (t) => {
    const batches = 3 * window;
    const { most, inFlight, output$ } = counted(window, batchSize, batches);
    let taken = 0;
    await output$(async () => {
      // Slow: it takes a batch when all that may be in flight is decoded, and then some.
      const due = Math.min(window, batches - taken) * batchSize;
      while (inFlight() < due) await settled();
      for (let turn = 0; turn < 20; turn += 1) await settled();
      taken += 1;
    }).forEach(() => {});
    t.is(most(), window * batchSize);
  });
}

// `npm run campaign` sends all of them through.
const total = process.env['CAMPAIGN'] === undefined ? 10_000 : store.count;

test(`${total.toLocaleString('en')} decoded images leave memory where it was`, async (t) => {
  t.timeout(600_000);
  // Pixels in flight are 2 × 64 × 768 bytes; what is allowed is for allocators and the compiler.
  const allowed = 80e6;
  const { most, output$ } = counted(2, 64, Math.ceil(total / 64));
  let [seen, base, highest] = [0, 0, 0];
  await output$(async ({ images }) => {
    seen += images.length;
    // After a tenth of the way everything that is allocated once is there.
    if (base === 0 && seen >= total / 10) base = process.memoryUsage.rss();
    if (base > 0 && seen % 640 === 0) highest = Math.max(highest, process.memoryUsage.rss());
  }).forEach(() => {});
  t.log(`RSS grew by ${((highest - base) / 1e6).toFixed(1)} MB over ${seen} images`);
  t.true(seen >= total);
  t.true(most() <= 128);
  t.true(highest - base < allowed, `grew by ${highest - base} bytes`);
});
