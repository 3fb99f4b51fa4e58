import test from 'ava';
import fc from 'fast-check';
import { measuredLoss } from '../../../operators/loss/measured-loss.ts';
import { lossReadouts } from '../../../operators/loss/loss-readouts.ts';
import { tf } from '../../../operators/tensor/tf.ts';
import { type LossReadouts, lossReadoutTable } from '../../../operators/loss/readouts.ts';
import type { LossSpec } from '../../../operators/loss/loss-spec.ts';
import { batches, float32Rows } from '../../contract/contrastive-loss-contract.ts';
import {
  goldenRows,
  lossReference,
  readoutReference,
  type Rows,
  simplex,
} from '../../helpers/loss-reference.ts';
import { formulaOf, usualLosses } from '../../helpers/loss-specs.ts';
import { near, relativeError } from '../../helpers/tensors.ts';

function measured(
  spec: LossSpec,
  rows: Rows,
  labels: readonly number[],
  views = 1,
): LossReadouts & { readonly gradient: number[] } {
  return tf.tidy(() => {
    const z = tf.tensor2d(rows.flat(), [rows.length, rows[0]!.length]);
    const y = tf.tensor1d([...labels], 'int32');
    const { sums } = measuredLoss(z, y, spec, views);
    const gradient = tf.grad((x: tf.Tensor) => measuredLoss(x as tf.Tensor2D, y, spec, views).loss)(
      z,
    );
    const readouts = lossReadouts((name) => sums[name]!.dataSync());
    return { ...readouts, gradient: [...gradient.dataSync()] };
  });
}

const specs = usualLosses(0.1);

test('reads out the loss and everything beside it, whichever is minimised', (t) => {
  fc.assert(
    fc.property(batches, fc.constantFrom(...specs), ({ rows, labels }, spec) => {
      const { gradient, ...ours } = measured(spec, rows, labels);
      const name = formulaOf(spec.name);
      const expected = readoutReference(name, rows, labels, spec.temperature);
      for (const [key, value] of Object.entries(expected)) {
        const got = ours[key as keyof LossReadouts];
        // Sums of float32; the effective rank divides two small ones, the sharp bound by a small loss.
        const bound = key === 'effectiveRank' || key === 'sharpInformationBound' ? 1e-3 : 2e-5;
        if (Object.is(got, value)) continue;
        if (!(Math.abs(got - value) <= bound * Math.max(1, Math.abs(value)))) {
          throw new Error(`${key}: expected ${value}, got ${got}`);
        }
      }
      const wanted = lossReference(name, rows, labels, spec.temperature).gradient.flat();
      return relativeError(gradient, wanted) < 1e-4;
    }),
    { seed: 8, numRuns: 80 },
  );
  t.pass();
});

test('only first views are anchors when asked', (t) => {
  const rows = float32Rows(goldenRows());
  const labels = [0, 0, 0, 0, 1, 1, 1, 1];
  const spec: LossSpec = { name: 'supcon', temperature: 0.1, anchors: 'first' };
  const ours = measured(spec, rows, labels, 2);
  const expected = lossReference('supcon', rows, labels, 0.1, { isAnchor: (i) => i % 2 === 0 });
  near(t, [ours.loss], [expected.value], 1e-6);
  near(t, ours.gradient, expected.gradient.flat(), 2e-6);
});

test('nearest accuracy equals the official `contrastive_acc`', (t) => {
  const z = goldenRows();
  const rows = [0, 4, 1, 5, 2, 6, 3, 7].map((i) => z[i]!);
  const { batchNearestAccuracy } = measured(specs[0]!, rows, [0, 0, 0, 0, 1, 1, 1, 1]);
  t.is(batchNearestAccuracy, 0.375);
});

test('a tie between classes counts as wrong, so a collapsed network scores 0', (t) => {
  const rows = float32Rows(Array.from({ length: 4 }, () => [1, 2, 2]));
  t.is(measured(specs[0]!, rows, [0, 0, 1, 1]).batchNearestAccuracy, 0);
});

test('equal shares are not repelled', (t) => {
  const rows = float32Rows(Array.from({ length: 4 }, () => [1, 2, 2]));
  t.is(measured(specs[1]!, rows, [0, 0, 0, 0]).repelledShare, 0);
});

test('a lone positive is never repelled, however sharp the softmax', (t) => {
  const rows = float32Rows([
    [1, 0.01],
    [1, 0],
    [0, 1],
    [0.01, 1],
  ]);
  for (const temperature of [1, 0.1, 0.001]) {
    t.is(measured({ name: 'supcon', temperature }, rows, [0, 0, 1, 1]).repelledShare, 0);
  }
});

test('the share of repelled pairs grows as classes tighten', (t) => {
  const share = (spread: number): number => {
    const rows = float32Rows(
      Array.from({ length: 24 }, (_, i) =>
        Array.from({ length: 3 }, (_, d) => (i % 3 === d ? 1 : 0) + spread * Math.sin(5 * i + d)),
      ),
    );
    const labels = Array.from({ length: 24 }, (_, i) => i % 3);
    return measured(specs[1]!, rows, labels).repelledShare;
  };
  t.true(share(2) < share(0.05));
  t.true(share(0.05) > 0.3);
});

test('shares of nothing are undefined', (t) => {
  const { gradient, ...readouts } = measured(
    specs[0]!,
    float32Rows([
      [1, 2],
      [2, 1],
    ]),
    [-1, -1],
  );
  const nothing = Object.keys(lossReadoutTable).map((name) => {
    return [name, name === 'anchorsWithoutPositive' ? 0 : Number.NaN];
  });
  t.deepEqual(readouts, Object.fromEntries(nothing));
  near(t, gradient, [0, 0, 0, 0], 0);
});

test('on a simplex the rank is one less than the classes, and rows balance out', (t) => {
  const { rows, labels } = simplex(5, 3);
  const ours = measured(specs[0]!, rows, labels);
  near(t, [ours.effectiveRank, ours.spread], [4, 1], 1e-5);
  near(t, [ours.alignment], [0], 1e-6);
});

test('one point has no spread and no rank, and is told from classes that collapsed apart', (t) => {
  const ours = measured(
    specs[0]!,
    float32Rows(Array.from({ length: 6 }, () => [1, 2, 2])),
    [0, 0, 1, 1, 2, 2],
  );
  t.true(ours.spread < 1e-6);
  t.is(ours.effectiveRank, 0);
  t.true(Math.abs(ours.uniformity) < 1e-5);
  // log |N| − log(1 + |N|): nothing is known of the classes; the sharper form says exactly that.
  near(t, [ours.informationBound], [Math.log(4 / 5)], 1e-6);
  t.true(Math.abs(ours.sharpInformationBound) < 1e-5);
});

test('a loss too small for float32 gives finite bounds', (t) => {
  const { rows, labels } = simplex(3, 3);
  const { sincere, sharpInformationBound } = measured(
    { name: 'sincere', temperature: 0.01 },
    rows,
    labels,
  );
  t.true(sincere < 1e-7);
  t.true(Number.isFinite(sharpInformationBound) && sharpInformationBound > 16);
});
