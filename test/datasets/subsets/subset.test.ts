import test from 'ava';
import fc from 'fast-check';
import { datasetHash } from '../../../datasets/records/dataset-hash.ts';
import { subset } from '../../../datasets/subsets/subset.ts';
import type { Dataset } from '../../../operators/types.ts';

const whole: Dataset = {
  name: 'whole',
  classes: ['a', 'b'],
  count: 9,
  hash: 'h',
  sample: (position) => ({ id: `${position}`, label: position % 2 }),
  read: async (position) => Uint8Array.of(position),
};

test('a subset is the samples at its positions, under their ids and in their order', async (t) => {
  const positions = fc.uniqueArray(fc.nat(8), { minLength: 1 });
  await fc.assert(
    fc.asyncProperty(positions, async (chosen) => {
      const part = subset(whole, Uint32Array.from(chosen), { origin: 'h' });
      t.is(part.count, chosen.length);
      for (const [at, position] of chosen.entries()) {
        t.deepEqual(part.sample(at), whole.sample(position));
        t.deepEqual(await part.read(at), Uint8Array.of(position));
      }
      t.is(part.hash, datasetHash({ ...part, origin: 'h' }));
    }),
  );
});

test('labels are those of the new classes', (t) => {
  const classes = ['only'];
  const part = subset(whole, Uint32Array.of(3, 1), { classes, labelOf: () => 0 });
  t.deepEqual(part.classes, classes);
  t.deepEqual([part.sample(0).label, part.sample(1).label], [0, 0]);
});

test('a subset knows of its images what the dataset knows: place, content, preparation', (t) => {
  const prepared = {
    as: 'pixels',
    quality: null,
    shrinkTo: null,
    exif: 'apply',
    icc: 'apply',
    alpha: 'white',
    tolerant: false,
    shorterSide: 32,
  } as const;
  const content = (position: number) => ({ sha256: `${position}`, bytes: position });
  const locate = (position: number) => ({ file: `/images/${position}` });
  const part = subset({ ...whole, content, locate, prepared }, Uint32Array.of(3, 1), {});
  t.deepEqual(part.content?.(0), { sha256: '3', bytes: 3 });
  t.deepEqual(part.locate?.(1), { file: '/images/1' });
  t.is(part.prepared, prepared);
  t.false('content' in subset(whole, Uint32Array.of(3), {}));
});

test('a position outside it is a mistake of the caller', (t) => {
  const part = subset(whole, Uint32Array.of(3), {});
  for (const position of [-1, 1, 0.5]) {
    t.throws(() => part.sample(position), { instanceOf: RangeError, message: /from 0 to 0/ });
  }
});
