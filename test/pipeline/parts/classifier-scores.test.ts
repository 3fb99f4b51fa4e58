import test from 'ava';
import { classifierScores } from '../../../pipeline/parts/classifier-scores.ts';

test('cross entropy and accuracy are those of the formula, over images of known classes', (t) => {
  const logits = Float32Array.of(2, 0, -1, 0.5, 1, 0.25, 3, 3, 3, 80, -80, 0);
  const labels = Int32Array.of(0, 2, -1, 1);
  const plain = [0, 1, 3].map((image) => {
    const row = [...logits.subarray(3 * image, 3 * image + 3)];
    const sum = row.reduce((total, value) => total + Math.exp(value), 0);
    return -Math.log(Math.exp(row[labels[image]!]!) / sum);
  });
  const { loss, accuracy } = classifierScores(logits, labels);
  t.true(Math.abs(loss - plain.reduce((one, other) => one + other) / 3) < 1e-6);
  t.is(accuracy, 1 / 3);
});

test('large logits give no infinity, and no images give NaN', (t) => {
  t.is(classifierScores(Float32Array.of(1000, -1000), Int32Array.of(1)).loss, 2000);
  t.deepEqual(classifierScores(new Float32Array(0), new Int32Array(0)), {
    loss: Number.NaN,
    accuracy: Number.NaN,
  });
});
