import test from 'ava';
import fc from 'fast-check';
import {
  parameterLayout,
  portSizes,
  rowMajorLayout,
  stored,
  unstored,
} from '../../../../operators/onnx/graph/stored-layout.ts';

const nchwc = { kind: 'nchwc', size: 4 } as const;

test('filters are stored in blocks of outputs and inputs, everything else as it is', (t) => {
  const wide = parameterLayout(nchwc, [8, 12, 3, 1]);
  t.deepEqual(portSizes([8, 12, 3, 1], wide), [2, 3, 3, 1, 4, 4]);
  const narrow = parameterLayout(nchwc, [8, 3, 7, 7]);
  t.deepEqual(portSizes([8, 3, 7, 7], narrow), [2, 3, 7, 7, 4]);
  for (const shape of [[8], [8, 12], [6, 4, 3, 3], [8, 6, 3, 3], []]) {
    t.deepEqual(parameterLayout(nchwc, shape), rowMajorLayout(shape));
    t.deepEqual(parameterLayout({ kind: 'standard' }, shape), rowMajorLayout(shape));
  }
});

test('the place of an element in blocks is what its indices say', (t) => {
  const shape = [8, 12, 2, 3];
  const data = Float32Array.from({ length: 576 }, (_, at) => at);
  const blocks = stored(data, shape, parameterLayout(nchwc, shape));
  let at = 0;
  for (let o = 0; o < 2; o += 1) {
    for (let i = 0; i < 3; i += 1) {
      for (let tap = 0; tap < 6; tap += 1) {
        for (let input = 0; input < 4; input += 1) {
          for (let output = 0; output < 4; output += 1) {
            const from = ((4 * o + output) * 12 + 4 * i + input) * 6 + tap;
            if (blocks[at] !== from) t.fail(`${at} holds ${blocks[at]}, not ${from}`);
            at += 1;
          }
        }
      }
    }
  }
  t.is(at, data.length);
});

test('what is stored comes back', (t) => {
  const filter = fc.tuple(fc.nat(3), fc.nat(6), fc.nat(2), fc.nat(2));
  const property = fc.property(filter, ([outputs, inputs, height, width]) => {
    const shape = [4 * (outputs + 1), inputs + 1, height + 1, width + 1];
    const data = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, at) => at);
    const layout = parameterLayout(nchwc, shape);
    const elements = stored(data, shape, layout);
    t.is(
      portSizes(shape, layout).reduce((a, b) => a * b, 1),
      data.length,
    );
    t.deepEqual(unstored(elements, shape, layout), data);
  });
  t.notThrows(() => fc.assert(property, { seed: 5, numRuns: 50 }));
});
