import test from 'ava';
import { loadingAdvice, type LoadingSetup } from '../../../pipeline/bench-loader/loading-advice.ts';
import { sharp } from '../../../operators/image/sharp-setup.ts';
import { typicalPixels } from '../../../pipeline/bench-loader/typical-pixels.ts';
import { loadingLimit } from '../../../pipeline/bench-loader/loading-limit.ts';
import type { LoadingTotals } from '../../../pipeline/bench-loader/loading-meter.ts';
import { madeUpTotals } from '../../helpers/loading-totals.ts';

const setup: LoadingSetup = {
  stepMs: 0,
  batchSize: 250,
  prefetch: 3,
  threads: 2,
  cores: 2,
  images: 10_000,
  cache: { count: 0, bytes: 0, maxBytes: 256e6 },
  freeBytes: 8e9,
  isPrepared: true,
  filePixels: undefined,
  shrinkTo: 579,
};

const limits = test.macro({
  title: (_, text: string) => `a measurement is limited by ${text}`,
  exec(t, text: string, totals: LoadingTotals, stepMs: number = 0) {
    t.is(loadingLimit(totals, { stepMs, threads: 2 }).text, text);
  },
});

test(limits, "decoding: 71 % of the threads' time", madeUpTotals({}, { decode: 710, views: 290 }));
test(
  limits,
  "making views: 60 % of the threads' time",
  madeUpTotals({}, { read: 10, decode: 190, views: 300 }),
);
test(
  limits,
  "reading: 80 % of the threads' time; the store answers in 12 ms",
  madeUpTotals({}, { read: 12_000, decode: 3000 }),
);
test(
  limits,
  'reading: the store answers in 12 ms, and the threads wait for it 80 % of the time',
  madeUpTotals({ store: { ms: 12_000, calls: 1000 } }, { decode: 300, views: 100 }),
);
test(limits, 'the main thread: it is busy 96 % of the time', madeUpTotals({ mainMs: 960 }));
test(
  limits,
  'the device: it takes 240 ms a batch, and the loader waits for it 62 % of the time',
  madeUpTotals({ deviceWaitMs: 40, loaderWaitMs: 620 }),
  240,
);
test(
  limits,
  "decoding: 70 % of the threads' time",
  madeUpTotals({ deviceWaitMs: 400, loaderWaitMs: 0 }),
  150,
);

interface Case {
  readonly totals?: LoadingTotals;
  readonly setup?: Partial<LoadingSetup>;
  readonly phase?: 'first' | 'later';
}

const advice = test.macro({
  title: (title) => title!,
  exec(
    t,
    { totals = madeUpTotals({ cpuMs: 2000 }), setup: given = {}, phase = 'later' }: Case,
    expected: readonly string[],
  ) {
    const phases = { all: totals, first: null, later: null, [phase]: totals };
    const advised = loadingAdvice(phases, { ...setup, ...given });
    t.deepEqual(
      advised.map(({ text }) => text),
      expected,
    );
    for (const { text, options } of advised) {
      for (const option of options) t.true(text.includes(`\`${option}`), option);
    }
  },
});

const cores = 'more cores: each makes about 500 images/s';

test(
  'a cache that holds a part of the images is raised so that all fit, as far as there is memory',
  advice,
  { setup: { cache: { count: 2000, bytes: 60e6, maxBytes: 60e6 } } },
  [
    // 30,000 bytes an image, 2 % of room; without 70 % of the work the rate is 1,000 / 0.3.
    'raise `cacheMb` to 306 so that all 10,000 images stay decoded: from the second epoch on about 3,333 images/s',
    cores,
  ],
);
test(
  'no more memory is advised than half of what is free',
  advice,
  { setup: { cache: { count: 2000, bytes: 60e6, maxBytes: 60e6 }, freeBytes: 500e6 } },
  [cores],
);
test(
  'a cache that will hold all images is large enough',
  advice,
  { setup: { cache: { count: 2000, bytes: 10e6, maxBytes: 60e6 } } },
  [cores],
);
test(
  'what the main thread can do is the end of what a cache gains',
  advice,
  {
    totals: madeUpTotals({ cpuMs: 2000, mainMs: 500 }),
    setup: { cache: { count: 2000, bytes: 60e6, maxBytes: 60e6 } },
  },
  [
    'raise `cacheMb` to 306 so that all 10,000 images stay decoded: from the second epoch on about 2,000 images/s',
    cores,
  ],
);
test(
  'who keeps no images is told what keeping them saves',
  advice,
  { setup: { cache: { count: 0, bytes: 0, maxBytes: 0 } } },
  [
    "give `cacheMb`: reading and decoding, 70 % of the threads' time, would be saved for images that fit",
    cores,
  ],
);
test(
  'threads are raised to the cores that are idle',
  advice,
  { totals: madeUpTotals({ cpuMs: 1100 }), setup: { threads: 1, cores: 4 } },
  ['raise `threads` to 4: 1.1 of 4 cores are in use'],
);
test(
  'threads that wait for a store leave room for more of them',
  advice,
  { totals: madeUpTotals({ cpuMs: 1000 }, { read: 1800, views: 200 }), setup: { cores: 2 } },
  ['raise `threads` to 4: 1.0 of 2 cores are in use'],
);
test(
  'a device that starves is told in cores',
  advice,
  { totals: madeUpTotals({ cpuMs: 2000, deviceWaitMs: 500 }), setup: { stepMs: 125 } },
  ['more cores: 4.0 are needed for 2,000 images/s, which the device takes'],
);
test(
  'a device that is never short needs nothing',
  advice,
  { totals: madeUpTotals({ deviceWaitMs: 0, loaderWaitMs: 500 }), setup: { stepMs: 250 } },
  ['nothing: the loader keeps up with the device, and alone would make about 2,000 images/s'],
);
test(
  'where both wait for each other, more batches are in flight',
  advice,
  {
    totals: madeUpTotals({ cpuMs: 2000, deviceWaitMs: 300, loaderWaitMs: 200 }),
    setup: { stepMs: 175 },
  },
  [
    'raise `prefetch` to 6: the device waits 30 % of the time and the loader 20 %, because batches take unequally long',
    'more cores: 2.9 are needed for 1,429 images/s, which the device takes',
  ],
);
test(
  'a main thread that has no time left is told as the end',
  advice,
  { totals: madeUpTotals({ cpuMs: 2000, mainMs: 1000 }) },
  [
    'no option: planning and collecting take 1 ms an image on one thread, so 1,000 images/s are the most',
  ],
);
test(
  'small images may be kept decoded on the disk',
  advice,
  {
    setup: { isPrepared: false, cache: { count: 2000, bytes: 6e6, maxBytes: 256e6 } },
    phase: 'first',
  },
  [
    "`sincere prepare` once, which takes 30.0 MB on the disk: it saves decoding, 70 % of the threads' time, from the first epoch " +
      'on: about 3,333 images/s',
    cores,
    'measure longer to see epochs that find images in the cache: the first takes about 10 s; ' +
      'give `seconds: 20`, or fewer images with `limit`',
  ],
);
const photos = { count: 50, bytes: 90e6, maxBytes: 90e6 };
test(
  'large images may be kept shrunk on the disk',
  advice,
  { setup: { isPrepared: false, cache: photos, filePixels: 12e6, freeBytes: 0 } },
  [
    '`sincere prepare --as jpeg --shrink-to 579` once: files of some 12 million pixels are shrunk to 0.6 by decoding, ' +
      "70 % of the threads' time; at its end it says what is saved",
    cores,
  ],
);
test(
  'images that are hardly larger than what is made of them stay as they are',
  advice,
  { setup: { isPrepared: false, cache: photos, filePixels: 1e6, freeBytes: 0 } },
  [cores],
);
test(
  'threads that have work and no cores share these with other programs',
  advice,
  {
    totals: madeUpTotals({ cpuMs: 900 }, { decode: 1300, views: 600 }),
    setup: { cache: { count: 9, bytes: 1, maxBytes: 1e9 } },
  },
  ['stop other programs: the threads had work 95 % of the time, and got 0.9 of 2 cores'],
);
test(
  'a measurement that did not reach the second epoch says how long that takes',
  advice,
  { phase: 'first' },
  [
    cores,
    'measure longer to see epochs that find images in the cache: the first takes about 10 s; ' +
      'give `seconds: 20`, or fewer images with `limit`',
  ],
);

test('nothing that was measured is nothing to advise on', (t) => {
  t.deepEqual(loadingAdvice({ all: null, first: null, later: null }, setup), []);
});

test('the pixels of a typical image are the median of a few headers, of those that can be read', async (t) => {
  const png = async (side: number) =>
    await sharp({ create: { width: side, height: side, channels: 3, background: 'red' } })
      .png()
      .toBuffer();
  const files = [await png(10), await png(40), await png(20), Buffer.from('none')];
  const data = { count: files.length, read: async (position: number) => files[position]! };
  const { signal } = new AbortController();
  t.is(await typicalPixels(data, 1e6, signal), 400);
  t.is(await typicalPixels({ ...data, count: 0 }, 1e6, signal), undefined);
});
