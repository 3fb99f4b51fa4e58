import test from 'ava';
import fc from 'fast-check';
import sharp from 'sharp';
import {
  reservoirBatches,
  type ReservoirBatchesOptions,
  type ReservoirReport,
  type StreamedBatch,
} from '../../../operators/batches/reservoir-batches.ts';
import { perSample } from '../../../operators/flow/per-sample.ts';
import { permits } from '../../../operators/flow/permits.ts';
import { withDemand } from '../../../operators/flow/with-demand.ts';
import { viewRecipe } from '../../../operators/image/view-recipe.ts';
import { openImageWorkers } from '../../../operators/loading/image-workers.ts';
import { augmentViews } from '../../../operators/stages/augment-views.ts';
import { decodeImage } from '../../../operators/stages/decode-image.ts';
import { packBatch } from '../../../operators/stages/pack-batch.ts';
import type { PackedBatch, StreamedImage } from '../../../operators/types.ts';

/** A stream of one image for each class number, which counts what was read of it. */
function streamOf(classes: readonly number[], bytes = 1) {
  const state = { read: 0, isClosed: false };
  async function* images(): AsyncGenerator<StreamedImage> {
    try {
      for (const [at, one] of classes.entries()) {
        state.read += 1;
        yield { id: `${one}/${at}`, classes: [`class ${one}`], bytes: new Uint8Array(bytes) };
      }
    } finally {
      state.isClosed = true;
    }
  }
  return { state, images: images() };
}

async function collect(
  classes: readonly number[],
  options: ReservoirBatchesOptions,
): Promise<{ batches: StreamedBatch[]; report: ReservoirReport }> {
  const batches: StreamedBatch[] = [];
  const source = reservoirBatches(streamOf(classes).images, options);
  for await (const batch of source) batches.push(batch);
  return { batches, report: source.report() };
}

const countsOf = ({ samples }: StreamedBatch): number[] => {
  const counts = new Map<number, number>();
  for (const { label } of samples) counts.set(label!, (counts.get(label!) ?? 0) + 1);
  return [...counts.values()];
};

const given = fc
  .record({
    classes: fc.array(
      fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 3, arbitrary: fc.nat(7) }),
      { maxLength: 200 },
    ),
    batchSize: fc.integer({ min: 2, max: 12 }),
    chosen: fc.double({ min: 0, max: 1, noNaN: true }),
    extra: fc.nat(40),
    seed: fc.integer(),
  })
  .map(({ classes, batchSize, chosen, extra, seed }) => {
    const classesPerBatch = 2 + Math.floor(chosen * (batchSize - 2));
    const options = { batchSize, classesPerBatch, seed, capacity: batchSize + extra };
    return { classes, options };
  });

test('each image of a stream comes once in full batches, and fewer than a batch are left over', async (t) => {
  await fc.assert(
    fc.asyncProperty(given, async ({ classes, options }) => {
      const { batches, report } = await collect(classes, options);
      const ids = batches.flatMap(({ samples }) => samples.map(({ id }) => id));
      t.is(new Set(ids).size, ids.length);
      t.deepEqual(
        batches.map(({ seq, samples }) => [seq, samples.length]),
        batches.map((_, seq) => [seq, options.batchSize]),
      );
      t.true(classes.length - ids.length < options.batchSize);
      t.is(report.read, classes.length);
      t.is(
        report.classes.reduce((sum, { drawn }) => sum + drawn, 0),
        ids.length,
      );
      for (const { name, read, drawn } of report.classes) {
        const own = Number(name.slice('class '.length));
        t.is(read, classes.filter((one) => one === own).length);
        t.is(drawn, ids.filter((id) => id.startsWith(`${own}/`)).length);
      }
    }),
    { seed: 1, numRuns: 80 },
  );
});

test('the report counts balanced batches, those of one class, and the largest share', async (t) => {
  await fc.assert(
    fc.asyncProperty(given, async ({ classes, options }) => {
      const { batches, report } = await collect(classes, options);
      const counts = batches.map(countsOf);
      const isBalanced = (of: readonly number[]): boolean =>
        of.length === options.classesPerBatch && Math.max(...of) - Math.min(...of) <= 1;
      t.is(report.batches, batches.length);
      t.is(report.balanced, counts.filter(isBalanced).length);
      t.is(report.ofOneClass, counts.filter(({ length }) => length === 1).length);
      t.is(report.largestShare, Math.max(0, ...counts.flat()) / options.batchSize);
    }),
    { seed: 2, numRuns: 80 },
  );
});

test('while enough images of enough classes wait, batches are balanced', async (t) => {
  // Eight classes in runs of ten: a plain shuffle buffer of this size has three of them.
  const classes = Array.from({ length: 1600 }, (_, at) => Math.floor(at / 10) % 8);
  const options = { batchSize: 16, classesPerBatch: 4, seed: 0, capacity: 160 };
  const { batches, report } = await collect(classes, options);
  // Until the end of the stream is read.
  t.true(batches.slice(0, 90).every((batch) => countsOf(batch).join(' ') === '4 4 4 4'));
  t.true(report.balanced >= 90);
});

test('a class that dominates a stream stops nothing, and no batch before the last ones is of it alone', async (t) => {
  const classes = Array.from({ length: 2000 }, (_, at) =>
    at % 10 === 0 ? 1 + ((at / 10) % 3) : 0,
  );
  const options = { batchSize: 16, classesPerBatch: 4, seed: 1, capacity: 128 };
  const { batches, report } = await collect(classes, options);
  t.is(report.batches, 125);
  t.true(batches.slice(0, -8).every((batch) => countsOf(batch).length > 1));
  t.true(report.ofOneClass <= 8);
});

test('a stream of one class is told, not balanced', async (t) => {
  const { report } = await collect(Array(40).fill(0) as number[], {
    batchSize: 8,
    classesPerBatch: 2,
    seed: 0,
  });
  t.like(report, { batches: 5, balanced: 0, ofOneClass: 5, largestShare: 1 });
});

test('no more images wait than the reservoir holds, and no more bytes but for the last image', async (t) => {
  const options = { batchSize: 4, classesPerBatch: 2, seed: 0 };
  for (const [limits, most] of [
    [{ capacity: 12 }, 12],
    [{ capacity: 1000, capacityBytes: 95 }, 10],
  ] as const) {
    const { state, images } = streamOf(
      Array.from({ length: 200 }, (_, at) => at % 5),
      10,
    );
    let drawn = 0;
    for await (const { samples } of reservoirBatches(images, { ...options, ...limits })) {
      t.true(state.read - drawn <= most);
      drawn += samples.length;
    }
    t.is(drawn, 200);
  }
});

test('nothing is read before it is asked for, and leaving ends the stream', async (t) => {
  const { state, images } = streamOf(Array.from({ length: 100 }, (_, at) => at % 2));
  const options = { batchSize: 4, classesPerBatch: 2, seed: 0, capacity: 8 };
  const source = reservoirBatches(images, options);
  t.is(state.read, 0);
  for await (const batch of source) {
    t.is(batch.seq, 0);
    break;
  }
  t.deepEqual(state, { read: 8, isClosed: true });
  t.throws(() => source[Symbol.asyncIterator](), { code: 'ERR_CONTRACT' });
});

test('batches are a function of stream and seed', async (t) => {
  const classes = Array.from({ length: 300 }, (_, at) => (at * at) % 7);
  const idsOf = async (seed: number): Promise<string[][]> => {
    const options = { batchSize: 8, classesPerBatch: 4, seed, capacity: 64 };
    const { batches } = await collect(classes, options);
    return batches.map(({ samples }) => samples.map(({ id }) => id));
  };
  t.deepEqual(await idsOf(3), await idsOf(3));
  t.notDeepEqual(await idsOf(3), await idsOf(4));
});

test('a larger reservoir shuffles further', async (t) => {
  const classes = Array.from({ length: 4000 }, (_, at) => at % 10);
  const gapOf = async (capacity: number): Promise<number> => {
    const options = { batchSize: 20, classesPerBatch: 10, seed: 0, capacity };
    const { batches } = await collect(classes, options);
    const order = batches.flatMap(({ samples }) => samples.map(({ position }) => position));
    const moved = order.map((position, place) => Math.abs(position - place));
    return moved.reduce((sum, gap) => sum + gap, 0) / moved.length;
  };
  const gaps = [await gapOf(20), await gapOf(200), await gapOf(2000)] as const;
  t.true(gaps[0] < 20 && gaps[1] > 50 && gaps[2] > 500, gaps.join(' '));
});

test('labels are places in the classes that were given, or come in the order of the stream', async (t) => {
  const options = { batchSize: 2, classesPerBatch: 2, seed: 0 };
  const labels = async (classes?: readonly string[]): Promise<(number | null)[]> => {
    const { batches } = await collect([5, 3], { ...options, ...(classes && { classes }) });
    return batches[0]!.samples
      .toSorted((one, other) => one.position - other.position)
      .map(({ label }) => label);
  };
  t.deepEqual(await labels(), [0, 1]);
  t.deepEqual(await labels(['class 3', 'class 4', 'class 5']), [2, 0]);
  await t.throwsAsync(async () => await labels(['class 3']), {
    code: 'ERR_DATASET',
    message: /`5\/0` of the stream is of `class 5`, none of 1/u,
  });
  async function* unlabelled(): AsyncGenerator<StreamedImage> {
    yield { id: 'a.jpg', classes: [], bytes: new Uint8Array(1) };
  }
  await t.throwsAsync(
    async () => {
      for await (const batch of reservoirBatches(unlabelled(), options)) t.fail(`${batch.seq}`);
    },
    { code: 'ERR_DATASET', message: /`a.jpg` of the stream has none/u },
  );
});

test('bytes that hold no batch are an error, not a wait', async (t) => {
  const options = { batchSize: 8, classesPerBatch: 2, seed: 0, capacityBytes: 3 };
  await t.throwsAsync(async () => await collect([0, 1, 0, 1, 0, 1, 0, 1, 0], options), {
    code: 'ERR_DATASET',
    message: /`capacityBytes: 3` holds 3 images, fewer than a batch of 8/u,
  });
});

test('a stream goes through decoding and views to the batches of a trainer', async (t) => {
  const workers = await openImageWorkers({ threads: 1 });
  t.teardown(async () => await workers.close());
  async function* images(): AsyncGenerator<StreamedImage> {
    for (let at = 0; at < 40; at += 1) {
      const background = { r: at, g: 2 * at, b: 255 - at };
      const png = sharp({ create: { width: 8, height: 8, channels: 3, background } }).png();
      yield { id: `${at}.png`, classes: [`${at % 4}`], bytes: await png.toBuffer() };
    }
  }
  const shape = { images: 8, views: 2, imageSize: 8 };
  const augmentation = { recipe: viewRecipe('plain'), views: 2, imageSize: 8, seed: 0 };
  const source = reservoirBatches(images(), { batchSize: 8, classesPerBatch: 4, seed: 0 });
  const packed: PackedBatch[] = [];
  await withDemand(source, { window: 2 }, (batch$) =>
    batch$.pipe(
      perSample(decodeImage({ permits: permits(2) })),
      augmentViews(workers, augmentation),
      packBatch(shape),
    ),
  ).forEach((batch) => packed.push(batch));
  t.is(packed.length, 5);
  t.like(source.report(), { read: 40, batches: 5, balanced: 5 });
  for (const { labels, samples, pixels } of packed) {
    t.deepEqual(
      [...labels].filter((_, row) => row % 2 === 0),
      samples.map(({ label }) => label),
    );
    t.is(pixels.length, 16 * 8 * 8 * 3);
    t.is(labels.toSorted().join(''), '0000111122223333');
  }
});

const refuses = test.macro((t, change: Partial<ReservoirBatchesOptions>, message: RegExp) => {
  const options = { batchSize: 4, classesPerBatch: 2, seed: 0, ...change };
  t.throws(() => reservoirBatches(streamOf([]).images, options), {
    instanceOf: RangeError,
    message,
  });
});
test('refuses a batch of one', refuses, { batchSize: 1 }, /`batchSize`.*got `1`/u);
test('refuses one class a batch', refuses, { classesPerBatch: 1 }, /from 2 to 4, got `1`/u);
test('refuses a reservoir below a batch', refuses, { capacity: 3 }, /`capacity`.*from 4/u);
test('refuses no bytes', refuses, { capacityBytes: 0 }, /`capacityBytes`.*got `0`/u);
test('refuses a class twice', refuses, { classes: ['a', 'a'] }, /different names/u);
