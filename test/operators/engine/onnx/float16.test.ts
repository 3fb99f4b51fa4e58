import test from 'ava';
import { fromFloat16, toFloat16 } from '../../../../operators/engine/onnx/float16.ts';

const every = Uint16Array.from({ length: 2 ** 16 }, (_, bits) => bits);

test('every number of 16 bits comes back, except which NaN it was', (t) => {
  const back = toFloat16(fromFloat16(every));
  const isNumber = (bits: number): boolean => (bits & 0x7fff) <= 0x7c00;
  t.deepEqual(
    back.filter((_, at) => isNumber(at)),
    every.filter(isNumber),
  );
  t.true(fromFloat16(back).every((value, at) => isNumber(at) || Number.isNaN(value)));
});

test('numbers go to the nearest, and from the middle to the even one', (t) => {
  // Neighbours among the positive finite ones: their order is that of their bits.
  const values = fromFloat16(every.subarray(0, 0x7c00));
  for (let bits = 0; bits < 0x7bff; bits += 1) {
    const [below, above] = [values[bits]!, values[bits + 1]!];
    const middle = (below + above) / 2;
    const step = (above - below) / 8;
    const [low, even, high] = toFloat16(Float32Array.of(middle - step, middle, middle + step));
    if (low === bits && high === bits + 1 && even === bits + (bits % 2)) continue;
    t.fail(`between ${below} and ${above}`);
  }
  // As IEEE 754 has it: 65,520 is the middle between the largest number and the next power of two.
  t.deepEqual(
    fromFloat16(toFloat16(Float32Array.of(65519, 65520, -1e9, 2 ** -25, -0))),
    Float32Array.of(65504, Infinity, -Infinity, 0, -0),
  );
});
