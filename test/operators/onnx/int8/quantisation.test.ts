import test from 'ava';
import fc from 'fast-check';
import { calibrated, quantisationOf } from '../../../../operators/onnx/int8/quantisation.ts';
import { int8Filter } from '../../../../operators/onnx/int8/int8-weights.ts';

const finite = fc.double({ min: -1e6, max: 1e6, noNaN: true });

test('a quantisation covers its range, and holds 0 exactly', (t) => {
  fc.assert(
    fc.property(finite, finite, (one, other) => {
      const [low, high] = [Math.min(one, other), Math.max(one, other)];
      const { scale, zero } = quantisationOf({ low, high });
      t.true(Number.isInteger(zero) && zero >= 0 && zero <= 255);
      t.is(Math.fround(scale), scale);
      if (high - low < 1e-20) return;
      // The zero is rounded, so that either end may lie half a step outside.
      t.true(-scale * zero <= Math.min(low, 0) + 0.51 * scale);
      t.true(scale * (255 - zero) >= Math.max(high, 0) - 0.51 * scale);
      t.true(scale * 255 <= (Math.max(high, 0) - Math.min(low, 0)) * 1.001);
    }),
    { seed: 17 },
  );
});

test('values that are never negative are stored from 0 on, so that their ReLU is the storing itself', (t) => {
  t.is(quantisationOf({ low: 0, high: 3 }).zero, 0);
  t.is(quantisationOf({ low: 0.5, high: 3 }).zero, 0);
});

test('a range that is not finite is refused', (t) => {
  t.throws(() => quantisationOf({ low: 0, high: Infinity }), { instanceOf: RangeError });
  t.throws(() => quantisationOf({ low: NaN, high: 1 }), { instanceOf: RangeError });
});

test('a filter of int8 is within half a step of the weights, a channel of zeros too', (t) => {
  const weights = Float32Array.of(1, -0.5, 0.25, 0, 0, 0);
  const bytes = new Uint8Array(weights.buffer);
  const filter = { name: 'w', type: 'float32', dims: [2, 3, 1, 1], bytes } as const;
  const bias = {
    ...filter,
    dims: [2],
    bytes: new Uint8Array(Float32Array.of(0.5, -2).buffer),
  };
  const { values, scales, bias: steps } = int8Filter(filter, bias, 0.1);
  for (const [at, weight] of weights.entries()) {
    const scale = scales[Math.floor(at / 3)]!;
    t.true(Math.abs(values[at]! * scale - weight) <= scale / 2);
  }
  t.true(Math.abs(steps[0]! * 0.1 * scales[0]! - 0.5) <= 0.1 * scales[0]!);
  t.is(steps[1], -20);
});

test('one image among many with activations beyond all others does not change the scales', (t) => {
  const image = (high: number) => [{ low: 0, high }];
  const usual = Array.from({ length: 40 }, (_, at) => image(1 + at / 100));
  t.deepEqual(
    calibrated([...usual.slice(1), image(1e6)]),
    calibrated(usual.slice(1).concat([image(1.4)])),
  );
  t.true(calibrated(usual)[0]!.scale * 255 > 1.3);
});

test('few images are covered whole', (t) => {
  t.true(calibrated([[{ low: -2, high: 1 }], [{ low: 0, high: 5 }]])[0]!.scale * 255 >= 7);
});
