import test from 'ava';
import fc from 'fast-check';
import sharp from 'sharp';
import { renderSynthetic, syntheticClasses } from '../../../datasets/synthetic/synthetic-images.ts';
import {
  openSynthetic,
  type OpenSyntheticOptions,
  syntheticIndex,
} from '../../../datasets/synthetic/synthetic.ts';

test('deals the count to the classes, sorted', (t) => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 10 }),
      fc.integer({ min: 1, max: 60 }),
      (classes, count) => {
        const dataset = openSynthetic({ classes, count });
        const samples = Array.from({ length: count }, (_, position) => dataset.sample(position));
        t.is(dataset.count, count);
        t.deepEqual(dataset.classes, syntheticClasses.slice(0, classes));
        t.deepEqual(
          samples.map(({ id }) => id).sort(),
          samples.map(({ id }) => id),
        );
        t.is(new Set(samples.map(({ id }) => id)).size, count);
        const counts = dataset.classes.map(
          (_, label) => samples.filter((s) => s.label === label).length,
        );
        t.true(Math.max(...counts) - Math.min(...counts) <= 1);
        for (const { id, label } of samples) t.is(id.split('/')[0], dataset.classes[label!]);
      },
    ),
    { seed: 1, numRuns: 50 },
  );
});

test('reads the image that it lists, near enough', async (t) => {
  const dataset = openSynthetic({ count: 30, size: 24, seed: 9, split: 'test' });
  t.is(dataset.sample(4).id, 'checker/00001');
  const { data, info } = await sharp(await dataset.read(4))
    .raw()
    .toBuffer({ resolveWithObject: true });
  const drawn = renderSynthetic(1, syntheticIndex('test', 1), { seed: 9, imageSize: 24 });
  t.like(info, { width: 24, height: 24, channels: 3, format: 'raw' });
  const difference = data.reduce((sum, value, at) => sum + Math.abs(value - drawn.data[at]!), 0);
  // JPEG at quality 95 rounds the coefficients of 8 × 8 blocks to small steps.
  t.true(difference / data.length < 4, `${difference / data.length}`);
});

test('reading twice gives the same bytes', async (t) => {
  const dataset = openSynthetic({ count: 10 });
  t.deepEqual(await dataset.read(3), await dataset.read(3));
});

test('every setting shows in the hash', (t) => {
  const base: OpenSyntheticOptions = { classes: 4, count: 20, size: 16, seed: 1, split: 'train' };
  const changed: OpenSyntheticOptions[] = [
    base,
    { ...base, classes: 5 },
    { ...base, count: 21 },
    { ...base, size: 17 },
    { ...base, seed: 2 },
    { ...base, split: 'test' },
  ];
  const hashes = changed.map((options) => openSynthetic(options).hash);
  t.is(new Set(hashes).size, changed.length);
  t.is(openSynthetic(base).hash, hashes[0]!);
});

test('splits share no image', async (t) => {
  const [train, test] = (['train', 'test'] as const).map((split) =>
    openSynthetic({ count: 20, split }),
  );
  for (let position = 0; position < 20; position += 1) {
    t.notDeepEqual(await train!.read(position), await test!.read(position));
  }
});

test('aborting ends a read with its reason', async (t) => {
  const reason = new Error('enough');
  t.is(await t.throwsAsync(openSynthetic().read(0, AbortSignal.abort(reason))), reason);
});

const refuses = test.macro((t, options: OpenSyntheticOptions, message: RegExp) => {
  t.throws(() => openSynthetic(options), { instanceOf: RangeError, message });
});
test('refuses an eleventh class', refuses, { classes: 11 }, /`classes`.* 1 to 10, got `11`/);
test('refuses no images', refuses, { count: 0 }, /`count`.* got `0`/);
test('refuses tiny images', refuses, { size: 4 }, /`size`.* 8 to 1024, got `4`/);
test('refuses half a seed', refuses, { seed: 0.5 }, /`seed`.* got `0.5`/);

test('refuses positions that are not there', async (t) => {
  const dataset = openSynthetic({ count: 3 });
  t.throws(() => dataset.sample(3), { instanceOf: RangeError, message: /0 to 2, got `3`/ });
  await t.throwsAsync(dataset.read(-1), { instanceOf: RangeError });
});
