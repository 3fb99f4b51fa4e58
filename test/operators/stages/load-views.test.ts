import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import test, { type ExecutionContext } from 'ava';
import { lastValueFrom, type OperatorFunction, pipe, toArray } from 'rxjs';
import { openImageFolder } from '../../../datasets/folder/image-folder.ts';
import { classWalks } from '../../../operators/batches/class-walks.ts';
import { planBatches } from '../../../operators/batches/plan-batches.ts';
import { planInOrder } from '../../../operators/batches/plan-in-order.ts';
import { replacementFor } from '../../../operators/batches/replacement-for.ts';
import { perSample } from '../../../operators/flow/per-sample.ts';
import { permits } from '../../../operators/flow/permits.ts';
import { withDemand } from '../../../operators/flow/with-demand.ts';
import { decodedCache } from '../../../operators/image/decoded-cache.ts';
import { sharp } from '../../../operators/image/sharp-setup.ts';
import { viewRecipe } from '../../../operators/image/view-recipe.ts';
import { openImageWorkers } from '../../../operators/loading/image-workers.ts';
import { pixelCache } from '../../../operators/loading/pixel-cache.ts';
import { seededRandom } from '../../../operators/random.ts';
import { augmentViews } from '../../../operators/stages/augment-views.ts';
import { decodeImage } from '../../../operators/stages/decode-image.ts';
import { keepDecoded } from '../../../operators/stages/keep-decoded.ts';
import type { BadImages } from '../../../operators/stages/load-batch.ts';
import { loadInputs } from '../../../operators/stages/load-inputs.ts';
import { loadViews } from '../../../operators/stages/load-views.ts';
import { onBadSample, skipBad } from '../../../operators/stages/on-bad-sample.ts';
import { prepareInputs } from '../../../operators/stages/prepare-inputs.ts';
import { quarantine } from '../../../operators/stages/quarantine.ts';
import { readImage } from '../../../operators/stages/read-image.ts';
import type { BatchPlan, Dataset, PlannedSample, ViewBatch } from '../../../operators/types.ts';
import { plainBytes } from '../../helpers/model-fixtures.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

const augmentation = { recipe: viewRecipe('paper'), views: 2, imageSize: 20, seed: 3 };
const batch = { batchSize: 12, seed: 5 };

/** Images of every kind that takes a way of its own, and a few that cannot be used. */
async function mixedFolder(t: ExecutionContext): Promise<Dataset> {
  const root = await temporaryFolder(t);
  const random = seededRandom('load views');
  for (const label of ['a', 'b', 'c']) {
    await fs.mkdir(path.join(root, label));
    for (let at = 0; at < 10; at += 1) {
      const [width, height] = [6 + random.below(70), 6 + random.below(70)];
      const pixels = Uint8Array.from({ length: width * height * 3 }, () => random.below(256));
      const image = sharp(pixels, { raw: { width, height, channels: 3 } });
      const file = path.join(root, label, String(at));
      if (at % 5 === 1) await image.png().toFile(`${file}.png`);
      else if (at % 5 === 2) await image.withMetadata({ orientation: 6 }).toFile(`${file}.jpg`);
      else await image.jpeg().toFile(`${file}.jpg`);
    }
  }
  const whole = await fs.readFile(path.join(root, 'a', '0.jpg'));
  await fs.writeFile(path.join(root, 'a', 'cut.jpg'), whole.subarray(0, whole.length / 2));
  await fs.writeFile(path.join(root, 'b', 'empty.png'), '');
  await fs.writeFile(path.join(root, 'c', 'no-end.jpg'), whole.subarray(0, -2));
  await fs.symlink(path.join(root, 'gone.jpg'), path.join(root, 'c', 'gone.jpg'));
  await fs.writeFile(
    path.join(root, 'b', 'large.jpg'),
    Buffer.concat([whole, Buffer.alloc(30_000)]),
  );
  return await openImageFolder(root);
}

const limits = { maxBytes: 29_000, tolerant: true };

function badImages(data: Dataset, isTraining: boolean): BadImages {
  const walks = isTraining ? classWalks(data, batch) : undefined;
  return {
    quarantine: quarantine({ count: data.count, maxInvalid: 1 }),
    replacement:
      walks === undefined
        ? skipBad
        : (sample, attempt) => replacementFor(walks, sample, attempt + 1),
  };
}

/** What a sample says, whatever the order of its fields, and whether one is absent or undefined. */
function inOrder({ id, label, position, draw, replaces, content }: PlannedSample): PlannedSample {
  return { id, label, position, draw, replaces, content };
}

/** What a stream gave: each batch with its samples and a copy of its pixels. */
interface Given {
  readonly batches: readonly { readonly samples: unknown; readonly pixels: Float32Array }[];
  readonly bad: unknown;
  readonly repaired: unknown;
}

async function given(
  plans: AsyncIterable<BatchPlan>,
  load: OperatorFunction<BatchPlan, ViewBatch>,
  { quarantine }: BadImages,
  recycle: (pixels: Float32Array) => void = () => {},
): Promise<Given> {
  const batches: { samples: unknown; pixels: Float32Array }[] = [];
  const output$ = withDemand(plans, { window: 3 }, (plan$) => plan$.pipe(load));
  await output$.forEach(({ samples, pixels }) => {
    // Plain memory, and a fate for the shared one: it is filled with what must not be seen again.
    batches.push({
      samples: JSON.stringify(samples.map(inOrder)),
      pixels: Float32Array.from(pixels),
    });
    pixels.fill(Number.NaN);
    recycle(pixels);
  });
  return { batches, bad: quarantine.list(), repaired: quarantine.listRepaired() };
}

/** The stages one by one, on the calling thread but for the views. */
async function oneByOne(data: Dataset, steps: number): Promise<Given> {
  const bad = badImages(data, true);
  const workers = await openImageWorkers({ threads: 1 });
  const { maxBytes, tolerant } = limits;
  const stage = pipe(
    readImage(data, { permits: permits(4), maxBytes }),
    decodeImage({ permits: permits(2), tolerant, shrinkTo: 52 }),
  );
  const load = pipe(
    perSample(onBadSample(bad.replacement, bad.quarantine, keepDecoded(decodedCache(1e5), stage))),
    augmentViews(workers, augmentation),
  );
  const result = await given(planBatches(data, { ...batch, steps }), load, bad);
  await workers.close();
  return result;
}

async function inOne(
  data: Dataset,
  steps: number,
  options: { readonly threads: number; readonly cacheBytes: number; readonly startAt?: number },
): Promise<Given> {
  const bad = badImages(data, true);
  const workers = await openImageWorkers({ threads: options.threads });
  const { maxBytes, tolerant } = limits;
  const load = loadViews(workers, {
    source: {
      dataset: data,
      permits: permits(4),
      maxBytes,
      decoding: { tolerant, shrinkTo: 52 },
      cache: pixelCache(options.cacheBytes),
    },
    augmentation,
    bad,
  });
  const plans = planBatches(data, { ...batch, steps, startAt: options.startAt ?? 0 });
  const result = await given(plans, load, bad, (pixels) => workers.recycle(pixels));
  await workers.close();
  return result;
}

test('views are those of the stages one by one, for any number of threads and any cache', async (t) => {
  const data = await mixedFolder(t);
  const expected = await oneByOne(data, 9);
  t.is(expected.batches.length, 9);
  t.true((expected.bad as unknown[]).length >= 4, 'the bad ones were met');
  for (const [threads, cacheBytes] of [
    [1, 1e9],
    [2, 0],
    [3, 20_000],
    [4, 1e9],
  ] as const) {
    const found = await inOne(data, 9, { threads, cacheBytes });
    t.deepEqual(found, expected, `${threads} threads, cache of ${cacheBytes} bytes`);
  }
});

test('a cache is refused by other workers, another dataset and another decoding', async (t) => {
  const [data, other] = [await mixedFolder(t), await mixedFolder(t)];
  const [workers, others] = [await openImageWorkers(), await openImageWorkers()];
  const cache = pixelCache(1e6);
  const bad = badImages(data, false);
  const source = { dataset: data, permits: permits(1), cache };
  loadViews(workers, { source, augmentation, bad });
  loadViews(workers, { source: { ...source, decoding: { decoder: 'sharp' } }, augmentation, bad });
  const refused = { code: 'ERR_CONTRACT' };
  t.throws(() => loadViews(others, { source, augmentation, bad }), refused);
  t.throws(
    () => loadViews(workers, { source: { ...source, dataset: other }, augmentation, bad }),
    refused,
  );
  const decoding = { shrinkTo: 9 };
  t.throws(
    () => loadViews(workers, { source: { ...source, decoding }, augmentation, bad }),
    refused,
  );
  await workers.close();
  await others.close();
});

test('a pipe, a device or a folder in the place of an image is a bad image, whoever reads', async (t) => {
  const root = await temporaryFolder(t);
  await fs.mkdir(path.join(root, 'a'));
  const names = ['device.png', 'folder.png', 'pipe.png'];
  for (const name of names) await fs.writeFile(path.join(root, 'a', name), '');
  const data = await openImageFolder(root);
  for (const name of names) await fs.rm(path.join(root, 'a', name));
  await fs.symlink('/dev/null', path.join(root, 'a', 'device.png'));
  await fs.mkdir(path.join(root, 'a', 'folder.png'));
  await promisify(execFile)('mkfifo', [path.join(root, 'a', 'pipe.png')]);
  const workers = await openImageWorkers({ threads: 1 });
  for (const dataset of [data, { ...data, locate: () => null }]) {
    const bad = badImages(data, false);
    const load = loadViews(workers, {
      source: { dataset, permits: permits(1) },
      augmentation,
      bad,
    });
    await given(planInOrder(data, { batchSize: 3 }), load, bad);
    const messages = bad.quarantine.list().map(({ code, message }) => `${code} ${message}`);
    t.deepEqual(messages, [
      'ERR_READ Could not read `a/device.png`: it is no file',
      'ERR_READ Could not read `a/folder.png`: it is a folder now',
      'ERR_READ Could not read `a/pipe.png`: it is no file',
    ]);
  }
  await workers.close();
});

test('a dataset that gives no bytes is named, and loses no image in silence', async (t) => {
  const data = await mixedFolder(t);
  const workers = await openImageWorkers({ threads: 1 });
  for (const [wrong, told] of [
    ['text', 'String'],
    [new ArrayBuffer(8), 'ArrayBuffer'],
    [undefined, 'Undefined'],
  ] as const) {
    const read = () => Promise.resolve(wrong as unknown as Uint8Array);
    const bad = badImages(data, false);
    const source = { dataset: { read }, permits: permits(1) };
    const load = loadViews(workers, { source, augmentation, bad });
    await t.throwsAsync(given(planInOrder(data, { batchSize: 3 }), load, bad), {
      code: 'ERR_CONTRACT',
      message: `Expected \`read\` of the dataset to give a Uint8Array for \`a/0.jpg\`, got [object ${told}]`,
    });
  }
  await workers.close();
});

test('memory for decoded images that is not there is told with the option that asks for it', async (t) => {
  const workers = await openImageWorkers({ threads: 1 });
  t.throws(() => workers.pool.shareBlock(2 ** 52), {
    code: 'ERR_ENGINE',
    message: /^No memory for \d+ MiB more of decoded images: .* Lower `cacheMb`/u,
  });
  await workers.close();
});

test('views are the same where the dataset reads by itself', async (t) => {
  const data = await mixedFolder(t);
  const expected = await inOne(data, 4, { threads: 2, cacheBytes: 0 });
  const apart = { ...data, locate: () => null };
  t.deepEqual(await inOne(apart, 4, { threads: 2, cacheBytes: 1e9 }), expected);
});

test('a stream that begins in the middle gives what one from the start gives there', async (t) => {
  const data = await mixedFolder(t);
  const whole = await inOne(data, 6, { threads: 2, cacheBytes: 1e9 });
  const rest = await inOne(data, 6, { threads: 3, cacheBytes: 0, startAt: 4 });
  t.deepEqual(rest.batches, whole.batches.slice(4));
});

test('the SHA-256 of the views of an epoch does not depend on the number of threads', async (t) => {
  const data = await mixedFolder(t);
  const epoch = Math.ceil(data.count / batch.batchSize);
  const sums = await Promise.all(
    [1, 3].map(async (threads) => {
      const hash = createHash('sha256');
      const { batches } = await inOne(data, epoch, { threads, cacheBytes: 1e9 });
      for (const { pixels } of batches) hash.update(new Uint8Array(pixels.buffer));
      return hash.digest('hex');
    }),
  );
  t.is(sums[0], sums[1]);
});

test('inputs are those of the stages one by one, without rows for bad images', async (t) => {
  const data = await mixedFolder(t);
  const preprocessing = { ...plainBytes, imageSize: 16, resize: { shorterSide: 16 } };
  const { maxBytes, tolerant } = limits;
  const workers = await openImageWorkers({ threads: 3 });
  t.teardown(() => workers.close());
  const plans = () => planInOrder(data, { batchSize: 7 });
  const bad = badImages(data, false);
  const stage = pipe(
    readImage(data, { permits: permits(4), maxBytes, identify: true }),
    decodeImage({ permits: permits(2), tolerant }),
  );
  const apart = await given(
    plans(),
    pipe(
      perSample(onBadSample(skipBad, bad.quarantine, stage)),
      prepareInputs(workers, preprocessing),
    ),
    bad,
  );
  const badHere = badImages(data, false);
  const source = {
    dataset: data,
    permits: permits(4),
    maxBytes,
    identify: true,
    decoding: { tolerant },
  };
  const together = await given(
    plans(),
    loadInputs(workers, { source, preprocessing, bad: badHere }),
    badHere,
    (pixels) => workers.recycle(pixels),
  );
  t.deepEqual(together, apart);
  t.true((together.bad as unknown[]).length > 0);
});

test('too many bad images end the stream, always by the same one', async (t) => {
  const data = await mixedFolder(t);
  const workers = await openImageWorkers({ threads: 3 });
  t.teardown(() => workers.close());
  const messages = new Set<string>();
  for (let round = 0; round < 5; round += 1) {
    const bad = {
      replacement: skipBad,
      quarantine: quarantine({ count: data.count, maxInvalid: 0 }),
    };
    const source = { dataset: data, permits: permits(4), maxBytes: limits.maxBytes };
    const load = loadViews(workers, { source, augmentation, bad });
    const output$ = withDemand(
      planInOrder(data, { batchSize: data.count }),
      { window: 1 },
      (plan$) => plan$.pipe(load),
    );
    const error = await t.throwsAsync(lastValueFrom(output$.pipe(toArray())), {
      code: 'ERR_TOO_MANY_BAD',
    });
    messages.add(error.message);
    t.is(workers.pool.memory.spare, 1, 'its memory is free again');
  }
  t.is(messages.size, 1);
});

test('a cache of other images, or options out of range, are refused at the call', async (t) => {
  const data = await mixedFolder(t);
  const workers = await openImageWorkers({ threads: 1 });
  t.teardown(() => workers.close());
  const bad = badImages(data, false);
  const source = { dataset: data, permits: permits(1) };
  const load = (more: object) => () =>
    loadViews(workers, { source: { ...source, ...more }, augmentation, bad });
  t.throws(load({ maxBytes: 0 }), { instanceOf: RangeError, message: /`maxBytes`/ });
  t.throws(load({ decoding: { maxPixels: 0.5 } }), { instanceOf: RangeError });
  t.throws(load({ identify: true, cache: pixelCache(1) }), { code: 'ERR_CONTRACT' });
});
