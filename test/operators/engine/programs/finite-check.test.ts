import test from 'ava';
import {
  allFinite,
  isSurelyFinite,
  largestLoss,
} from '../../../../operators/engine/programs/finite-check.ts';
import type { StepSpec } from '../../../../operators/step/step-spec.ts';
import type { LossSpec } from '../../../../operators/loss/loss-spec.ts';

const spec: StepSpec = {
  encoder: { architecture: 'resnet8', head: 'mlp', projectionSize: 6 },
  loss: { name: 'sincere', temperature: 0.1 },
  shape: { images: 4, views: 2, imageSize: 4 },
  momentum: 0.9,
  weightDecay: 0,
};

test('what NaN may become on a graphics card is not surely finite', (t) => {
  for (const value of [NaN, Infinity, -Infinity, 3.4e38, -3.4e38]) t.false(isSurelyFinite(value));
  for (const value of [0, -1e20, 1e20]) t.true(isSurelyFinite(value));
});

test('no loss of 8 rows exceeds its bound, and the logarithm that NaN has there does', (t) => {
  const temperature = 0.1;
  // Two rows of a class that point away from each other, six of another class that lie on the anchor: the worst case,
  // log(1 + 6 e^(2/T)) for SINCERE.
  const worst = Math.log(6) + 2 / temperature;
  for (const loss of [
    { name: 'sincere', temperature },
    { name: 'supcon', temperature },
    { name: 'dcl', temperature },
    { name: 'infonce', temperature },
    { name: 'eps-sup-infonce', temperature, epsilon: 0.5 },
  ] satisfies LossSpec[]) {
    const bound = largestLoss({ ...spec, loss });
    t.true(bound >= worst && bound < worst + 1.5, `${loss.name}: ${bound}`);
    // log(NaN) in a shader, as measured on WebGPU.
    t.true(bound < 89.1);
  }
  t.is(largestLoss({ ...spec, loss: { name: 'cross-entropy' } }), 1e30);
});

test('one number that is not finite is found among many', (t) => {
  const values = new Float32Array(1000).fill(-3e38);
  t.true(allFinite(values));
  for (const value of [NaN, Infinity, -Infinity]) {
    t.false(allFinite(values.with(777, value)));
  }
  t.true(allFinite(new Float32Array(0)));
});
