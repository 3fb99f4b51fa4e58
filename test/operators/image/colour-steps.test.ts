import fc from 'fast-check';
import test from 'ava';
import { applyColour, applyGrayscale } from '../../../operators/image/colour-steps.ts';
import type { ColourStep } from '../../../operators/image/draw-view.ts';
import { readGolden } from '../../helpers/torchvision-views.ts';
import { greyOf, hsvOf, referenceColour, type Pixel } from '../../helpers/view-reference.ts';

const golden = readGolden();

/** Applies steps to a copy, between two guards that must stay as they are. */
const applied = (pixels: readonly number[], ...steps: readonly ColourStep[]): number[] => {
  const values = Float32Array.from([9, 9, 9, ...pixels, 9, 9, 9]);
  for (const step of steps) applyColour(values, 3, values.length - 3, step);
  const [before, after] = [values.subarray(0, 3), values.subarray(-3)];
  if ([...before, ...after].some((guard) => guard !== 9))
    throw new Error('Wrote outside its pixels');
  return [...values.subarray(3, -3)];
};

const pixelsOf = (values: readonly number[]): Pixel[] =>
  Array.from({ length: values.length / 3 }, (_, at) => [
    values[at * 3]!,
    values[at * 3 + 1]!,
    values[at * 3 + 2]!,
  ]);

const farthest = (a: readonly number[], b: readonly number[]): number =>
  Math.max(...a.map((value, at) => Math.abs(value - b[at]!)), a.length === b.length ? 0 : Infinity);

for (const { kind, amount, values } of golden.colour) {
  test(`${kind} of ${amount} equals torchvision`, (t) => {
    // The input is rounded to float32; a factor multiplies that error, a hue divides it by the chroma.
    t.true(farthest(applied(golden.input, { kind, amount }), values) < 1e-6);
    const reference = referenceColour(pixelsOf(golden.input), { kind, amount });
    // Input and output of the golden values have 8 decimals; torchvision turns hues in float32.
    t.true(farthest(reference.flat(), values) < (kind === 'hue' ? 1e-6 : 1e-7));
  });
}

test('grayscale equals torchvision', (t) => {
  const values = Float32Array.from(golden.input);
  applyGrayscale(values, 0, values.length);
  t.true(farthest([...values], golden.grayscale) < 1e-7);
});

const colours = fc
  .array(fc.tuple(unit(), unit(), unit()), { minLength: 1, maxLength: 30 })
  .map((pixels) => pixels.flat().map(Math.fround));

function unit(): fc.Arbitrary<number> {
  // Bytes, as in images, so that ties and extremes occur; and everything between.
  return fc.oneof(
    fc.integer({ min: 0, max: 255 }).map((value) => value / 255),
    fc.double({ min: 0, max: 1, noNaN: true }),
  );
}

test('every order of the four changes equals the reference', (t) => {
  const steps = fc.shuffledSubarray<ColourStep['kind']>(
    ['brightness', 'contrast', 'saturation', 'hue'],
    { minLength: 4 },
  );
  const factor = fc.double({ min: 0.6, max: 1.4, noNaN: true });
  const turn = fc.double({ min: -0.1, max: 0.1, noNaN: true });
  const orders = new Set<string>();
  fc.assert(
    fc.property(
      colours,
      steps,
      fc.tuple(factor, factor, factor, turn),
      (input, kinds, [a, b, c, d]) => {
        orders.add(kinds.join());
        const amounts = { brightness: a, contrast: b, saturation: c, hue: d };
        const chain = kinds.map((kind) => ({ kind, amount: amounts[kind] }));
        const expected = chain.reduce(referenceColour, pixelsOf(input));
        // Four roundings to float32, each multiplied by at most 1.4 per later step. A hue moves a channel by
        // less than six times the change of the others.
        return farthest(applied(input, ...chain), expected.flat()) < 5e-6;
      },
    ),
    { numRuns: 400, seed: 11 },
  );
  t.is(orders.size, 24);
});

test('a hue turned there and back is the colour that it was', (t) => {
  const turn = fc.double({ min: -0.5, max: 0.5, noNaN: true });
  fc.assert(
    fc.property(colours, turn, (input, amount) => {
      const there = applied(input, { kind: 'hue', amount });
      const back = applied(there, { kind: 'hue', amount: -amount });
      return farthest(back, input) < 1e-6;
    }),
    { numRuns: 200, seed: 3 },
  );
  t.pass();
});

test('a hue turns by its amount and keeps saturation and value', (t) => {
  const before: Pixel = [0.8, 0.35, 0.2];
  const [h, s, v] = hsvOf(before);
  for (const amount of [-0.5, -0.2, 0.03, 0.25, 0.5]) {
    const [pixel] = pixelsOf(applied([...before], { kind: 'hue', amount }));
    const expected = [(h + amount + 1) % 1, s, v];
    t.true(farthest([...hsvOf(pixel!)], expected) < 1e-6, `${amount}`);
  }
});

test('a factor of 1 and a turn of 0 change nothing but rounding, 0 takes everything away', (t) => {
  const input = golden.input;
  for (const kind of ['brightness', 'contrast', 'saturation'] as const) {
    t.true(farthest(applied(input, { kind, amount: 1 }), [...input]) < 1e-7, kind);
  }
  t.true(farthest(applied(input, { kind: 'hue', amount: 0 }), [...input]) < 1e-6);
  t.true(applied(input, { kind: 'brightness', amount: 0 }).every((value) => value === 0));
  for (const [r, g, b] of pixelsOf(applied(input, { kind: 'saturation', amount: 0 }))) {
    t.true(r === g && g === b);
  }
  t.is(new Set(applied(input, { kind: 'contrast', amount: 0 })).size, 1);
});

test('values stay in 0 to 1', (t) => {
  for (const kind of ['brightness', 'contrast', 'saturation'] as const) {
    const values = applied(golden.input, { kind, amount: 9 });
    t.true(
      values.every((value) => value >= 0 && value <= 1),
      kind,
    );
  }
});

test('a grey pixel is the weighted mean of its channels', (t) => {
  const values = Float32Array.from([1, 0.5, 0.25]);
  applyGrayscale(values, 0, 3);
  t.deepEqual(values, new Float32Array(3).fill(greyOf([1, 0.5, 0.25])));
});
