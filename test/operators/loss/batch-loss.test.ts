import test from 'ava';
import { batchLoss, mostRowsAtOnce } from '../../../operators/loss/batch-loss.ts';
import { sincere } from '../../../operators/loss/loss-forms.ts';
import { tf } from '../../../operators/tensor/tf.ts';
import { near } from '../../helpers/tensors.ts';

// A file of its own, because it looks at the tensors of the whole process.
test('beyond 2,048 rows blocks follow each other, and give the loss of all', async (t) => {
  await tf.setBackend('cpu');
  const n = mostRowsAtOnce + 200;
  const classes = 4;
  const rows = Array.from({ length: n }, (_, i) => {
    const angle = 0.7 * (i % classes) + 0.3 * Math.sin(13 * i);
    return [Math.fround(Math.cos(angle)), Math.fround(Math.sin(angle))] as const;
  });
  const labels = rows.map((_, i) => i % classes);
  const z = tf.tensor2d(rows.flat(), [n, 2]);
  const y = tf.tensor1d(labels, 'int32');
  const before = tf.memory().numTensors;
  const { value, gradient, sums, rowLoss } = batchLoss(
    z,
    { labels: y },
    { form: sincere, temperature: 0.5, readouts: false },
  );
  t.is(tf.memory().numTensors - before, 3 + Object.keys(sums).length);

  // The same by plain loops in float64: the value, and the gradient of the first row by differences.
  const lossesWith = (first: readonly [number, number]): readonly number[] => {
    const losses: number[] = [];
    for (let i = 0; i < n; i += 1) {
      const a = i === 0 ? first : rows[i]!;
      let negatives = 0;
      const positives: number[] = [];
      for (let j = 0; j < n; j += 1) {
        if (i === j) continue;
        const b = j === 0 ? first : rows[j]!;
        const s = (a[0] * b[0] + a[1] * b[1]) / 0.5;
        if (labels[i] === labels[j]) positives.push(s);
        else negatives += Math.exp(s);
      }
      const terms = positives.map((s) => Math.log1p(negatives * Math.exp(-s)));
      losses.push(terms.reduce((sum, x) => sum + x, 0) / positives.length);
    }
    return losses;
  };
  const valueWith = (first: readonly [number, number]): number =>
    lossesWith(first).reduce((sum, x) => sum + x, 0) / n;
  const [x, y0] = rows[0]!;
  const h = 1e-4;
  near(t, value.dataSync(), [valueWith([x, y0])], 1e-5);
  near(t, rowLoss.dataSync(), lossesWith([x, y0]), 1e-5);
  const differences = [
    (valueWith([x + h, y0]) - valueWith([x - h, y0])) / (2 * h),
    (valueWith([x, y0 + h]) - valueWith([x, y0 - h])) / (2 * h),
  ];
  near(t, [...gradient.dataSync()].slice(0, 2), differences, 1e-4);
  tf.dispose([value, gradient, sums, rowLoss, z, y]);
});
