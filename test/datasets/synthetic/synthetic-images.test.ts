import test from 'ava';
import fc from 'fast-check';
import { renderSynthetic, syntheticClasses } from '../../../datasets/synthetic/synthetic-images.ts';
import type { RgbImage } from '../../../operators/types.ts';

const grey = ({ data }: RgbImage): Float64Array =>
  Float64Array.from(
    { length: data.length / 3 },
    (_, at) => 0.299 * data[at * 3]! + 0.587 * data[at * 3 + 1]! + 0.114 * data[at * 3 + 2]!,
  );

const mean = (values: ArrayLike<number>): number =>
  (Array.prototype.reduce.call(values, (sum, value) => Number(sum) + Number(value), 0) as number) /
  values.length;

test('there are at least ten classes, sorted by name', (t) => {
  t.true(syntheticClasses.length >= 10);
  t.deepEqual([...syntheticClasses].sort(), [...syntheticClasses]);
});

test('an image is a function of class, index, seed and size', (t) => {
  fc.assert(
    fc.property(
      fc.nat(syntheticClasses.length - 1),
      fc.nat(),
      fc.integer(),
      fc.integer({ min: 8, max: 40 }),
      (label, index, seed, imageSize) => {
        const image = renderSynthetic(label, index, { seed, imageSize });
        t.is(image.width, imageSize);
        t.is(image.height, imageSize);
        t.is(image.data.length, imageSize * imageSize * 3);
        t.deepEqual(renderSynthetic(label, index, { seed, imageSize }), image);
        t.notDeepEqual(renderSynthetic(label, index + 1, { seed, imageSize }), image);
        t.notDeepEqual(renderSynthetic(label, index, { seed: seed + 1, imageSize }), image);
      },
    ),
    { seed: 1, numRuns: 40 },
  );
});

test('every image has a pattern that survives grayscale', (t) => {
  for (const label of syntheticClasses.keys()) {
    for (let index = 0; index < 40; index += 1) {
      const values = grey(renderSynthetic(label, index, { seed: 3 }));
      const middle = mean(values);
      const spread = Math.sqrt(mean(values.map((value) => (value - middle) ** 2)));
      // Noise alone stays below 4 % of 255.
      t.true(spread > 20, `${syntheticClasses[label]} ${index}: ${spread}`);
    }
  }
});

test('another size shows the same scene', (t) => {
  const small = grey(renderSynthetic(4, 7, { seed: 1, imageSize: 32 }));
  const large = grey(renderSynthetic(4, 7, { seed: 1, imageSize: 128 }));
  const shrunk = small.map((_, at) => {
    const [row, column] = [Math.floor(at / 32) * 4, (at % 32) * 4];
    const block = Array.from(
      { length: 16 },
      (_, k) => large[(row + (k >> 2)) * 128 + column + (k & 3)]!,
    );
    return mean(block);
  });
  // The difference that is left is noise (at most 4 % of 255) and smoothed edges.
  t.true(mean(small.map((value, at) => Math.abs(value - shrunk[at]!))) < 12);
});

test('colour does not give the class away', (t) => {
  // Centroids of the mean colours of each class, from one half of the images, tested on the other.
  const colours = [...syntheticClasses.keys()].map((label) =>
    Array.from({ length: 100 }, (_, index) => {
      const { data } = renderSynthetic(label, index, { seed: 5, imageSize: 16 });
      return [0, 1, 2].map((channel) => mean(data.filter((_, at) => at % 3 === channel)));
    }),
  );
  const centres = colours.map((all) =>
    [0, 1, 2].map((channel) => mean(all.slice(0, 50).map((c) => c[channel]!))),
  );
  const distance = (a: readonly number[], b: readonly number[]): number =>
    Math.hypot(...a.map((value, at) => value - b[at]!));
  let right = 0;
  for (const [label, all] of colours.entries()) {
    for (const colour of all.slice(50)) {
      const distances = centres.map((centre) => distance(centre, colour));
      if (distances.indexOf(Math.min(...distances)) === label) right += 1;
    }
  }
  t.true(right / 500 < 0.3, `${right} of 500`);
});

test('pixels do not give the class away to their nearest neighbour', (t) => {
  const perClass = 50;
  const images = [...syntheticClasses.keys()].flatMap((label) =>
    Array.from({ length: perClass }, (_, index) => renderSynthetic(label, index, { seed: 0 }).data),
  );
  let right = 0;
  for (const [one, a] of images.entries()) {
    let nearest = -1;
    let least = Infinity;
    for (const [two, b] of images.entries()) {
      if (one === two) continue;
      let squares = 0;
      for (let at = 0; at < a.length && squares < least; at += 1) squares += (a[at]! - b[at]!) ** 2;
      if (squares < least) [nearest, least] = [two, squares];
    }
    if (Math.floor(nearest / perClass) === Math.floor(one / perClass)) right += 1;
  }
  t.true(right / images.length < 0.35, `${right} of ${images.length}`);
});

test('refuses what it cannot draw', (t) => {
  const message = (name: string) => ({
    instanceOf: RangeError,
    message: new RegExp(`\`${name}\``),
  });
  t.throws(() => renderSynthetic(10, 0, { seed: 0 }), message('classIndex'));
  t.throws(() => renderSynthetic(0, -1, { seed: 0 }), message('index'));
  t.throws(() => renderSynthetic(0, 0, { seed: 0.5 }), message('seed'));
  t.throws(() => renderSynthetic(0, 0, { seed: 0, imageSize: 7 }), message('imageSize'));
});
