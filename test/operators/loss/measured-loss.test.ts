import test from 'ava';
import fc from 'fast-check';
import { measuredLoss } from '../../../operators/loss/measured-loss.ts';
import { tf } from '../../../operators/tf.ts';
import type { LossName, StepReadouts } from '../../../operators/types.ts';
import { batches, float32Rows, tolerance } from '../../contract/contrastive-loss-contract.ts';
import { goldenRows, lossReference, type Rows } from '../../helpers/loss-reference.ts';
import { near } from '../../helpers/tensors.ts';

function measured(
  name: LossName,
  rows: Rows,
  labels: readonly number[],
  temperature = 0.1,
): StepReadouts & { readonly gradient: number[] } {
  return tf.tidy(() => {
    const z = tf.tensor2d(rows.flat(), [rows.length, rows[0]!.length]);
    const y = tf.tensor1d([...labels], 'int32');
    const { readouts } = measuredLoss(z, y, { name, temperature });
    const gradient = tf.grad(
      (x: tf.Tensor) => measuredLoss(x as tf.Tensor2D, y, { name, temperature }).loss,
    )(z);
    const values = Object.entries(readouts).map(([key, scalar]) => [key, scalar.dataSync()[0]]);
    // The keys are those of the read-outs.
    const numbers = Object.fromEntries(values) as StepReadouts & Record<string, number>;
    return { ...numbers, gradient: [...gradient.dataSync()] };
  });
}

test('reads out both losses, repelled pairs, nearest rows and lone anchors', (t) => {
  fc.assert(
    fc.property(batches, fc.constantFrom('sincere', 'supcon'), ({ rows, labels }, name) => {
      const ours = measured(name, rows, labels);
      const sincere = lossReference('sincere', rows, labels, 0.1);
      const supcon = lossReference('supcon', rows, labels, 0.1);
      const chosen = name === 'sincere' ? sincere : supcon;
      const within = (actual: number, expected: number): boolean =>
        Math.abs(actual - expected) <= tolerance(0.1) * 10;
      return (
        within(ours.sincere, sincere.value) &&
        within(ours.supcon, supcon.value) &&
        within(ours.loss, chosen.value) &&
        within(ours.repelledShare, supcon.repelledShare) &&
        within(ours.batchNearestAccuracy, supcon.nearestAccuracy) &&
        ours.anchorsWithoutPositive === supcon.anchorsWithoutPositive &&
        ours.gradient.every((x, at) => within(x, chosen.gradient.flat()[at]!))
      );
    }),
    { seed: 6, numRuns: 60 },
  );
  t.pass();
});

test('nearest accuracy equals the official `contrastive_acc`', (t) => {
  const z = goldenRows();
  const rows = [0, 4, 1, 5, 2, 6, 3, 7].map((i) => z[i]!);
  const { batchNearestAccuracy } = measured('sincere', rows, [0, 0, 0, 0, 1, 1, 1, 1]);
  t.is(batchNearestAccuracy, 0.375);
});

test('a tie between classes counts as wrong, so a collapsed network scores 0', (t) => {
  const rows = float32Rows(Array.from({ length: 4 }, () => [1, 2, 2]));
  t.is(measured('sincere', rows, [0, 0, 1, 1]).batchNearestAccuracy, 0);
});

test('equal shares are not repelled', (t) => {
  const rows = float32Rows(Array.from({ length: 4 }, () => [1, 2, 2]));
  t.is(measured('supcon', rows, [0, 0, 0, 0]).repelledShare, 0);
});

test('a lone positive is never repelled, however sharp the softmax', (t) => {
  const rows = float32Rows([
    [1, 0.01],
    [1, 0],
    [0, 1],
    [0.01, 1],
  ]);
  for (const temperature of [1, 0.1, 0.001]) {
    t.is(measured('supcon', rows, [0, 0, 1, 1], temperature).repelledShare, 0);
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
    return measured('supcon', rows, labels).repelledShare;
  };
  t.true(share(2) < share(0.05));
  t.true(share(0.05) > 0.3);
});

test('shares of nothing are 0', (t) => {
  const { gradient, ...readouts } = measured(
    'sincere',
    float32Rows([
      [1, 2],
      [2, 1],
    ]),
    [-1, -1],
  );
  t.deepEqual(readouts, {
    loss: 0,
    sincere: 0,
    supcon: 0,
    repelledShare: 0,
    batchNearestAccuracy: 0,
    anchorsWithoutPositive: 0,
  });
  near(t, gradient, [0, 0, 0, 0], 0);
});
