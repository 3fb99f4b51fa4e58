import test from 'ava';
import { nativePadding } from '../../../operators/tensor/native-padding.ts';

const square = (size: number, window: number, stride: number) =>
  [
    { size, window, stride },
    { size, window, stride },
  ] as const;
const even = (before: number, after = before) =>
  [
    [before, after],
    [before, after],
  ] as const;

test('at stride 1 half a window on both sides is `same`', (t) => {
  for (const [size, window] of [
    [1, 3],
    [8, 3],
    [5, 1],
    [9, 7],
    [32, 5],
  ] as const) {
    const padding = even((window - 1) / 2);
    t.deepEqual(nativePadding(square(size, window, 1), padding), { pad: 'same' });
  }
});

test('at stride 2 an even side is padded as far as it is read, and an odd one is `same`', (t) => {
  t.deepEqual(nativePadding(square(8, 3, 2), even(1)), { pad: 'valid', around: even(1, 0) });
  t.deepEqual(nativePadding(square(224, 7, 2), even(3)), { pad: 'valid', around: even(3, 2) });
  t.deepEqual(nativePadding(square(7, 3, 2), even(1)), { pad: 'same' });
  const mixed = [square(8, 3, 2)[0], square(7, 3, 2)[1]] as const;
  t.deepEqual(nativePadding(mixed, even(1)), {
    pad: 'valid',
    around: [
      [1, 0],
      [1, 1],
    ],
  });
});

test('the windows of what is chosen are those that were asked for', (t) => {
  for (let size = 1; size <= 9; size += 1) {
    for (const [window, stride, before, after] of choices(size)) {
      const axes = square(size, window, stride);
      const native = nativePadding(axes, even(before, after));
      const wanted = starts(size, window, stride, before, after);
      const same = Math.max(0, (Math.ceil(size / stride) - 1) * stride + window - size);
      const [front, back] =
        native.pad === 'same'
          ? [Math.floor(same / 2), same - Math.floor(same / 2)]
          : native.around[0];
      t.deepEqual(starts(size, window, stride, front, back), wanted);
      if (native.pad === 'valid') t.true(back <= after && back >= 0);
    }
  }
});

/** Every window, stride and padding that fits. */
function* choices(size: number): Generator<readonly [number, number, number, number]> {
  for (const window of [1, 2, 3, 5]) {
    for (const stride of [1, 2, 3]) {
      for (const before of [0, 1, 2]) {
        for (const after of [0, 1, 2]) {
          if (size + before + after >= window) yield [window, stride, before, after];
        }
      }
    }
  }
}

/** First pixel of every position of a window. */
function starts(
  size: number,
  window: number,
  stride: number,
  before: number,
  after: number,
): readonly number[] {
  const found: number[] = [];
  for (let at = -before; at + window <= size + after; at += stride) found.push(at);
  return found;
}
