import test from 'ava';
import { confusionRows } from '../../../../operators/evaluation/scores/confusion-rows.ts';
import { metricsReference } from '../../../helpers/metrics-reference.ts';

test('a confusion matrix equals that of scikit-learn, without its zeros', (t) => {
  const { actual, predicted, matrix } = metricsReference.confusion;
  const classes = ['a', 'b', 'c', 'd', 'e'];
  const rows = confusionRows(
    { classes, labels: Int32Array.from(actual) },
    Int32Array.from(actual.keys()),
    [{ source: 'knn1', predicted: Int32Array.from(predicted) }],
  );
  t.deepEqual(
    rows,
    [...matrix].flatMap((images, pair) => {
      const [name, guess] = [classes[Math.floor(pair / 5)]!, classes[pair % 5]!];
      return images === 0 ? [] : [{ source: 'knn1', class: name, predicted: guess, images }];
    }),
  );
});

test('only scored images count', (t) => {
  const scores = { classes: ['a', 'b'], labels: Int32Array.of(-1, 0, 1, 1) };
  const predictions = [{ source: 'probe_l2', predicted: Int32Array.of(0, 1, 1, 0) }];
  t.deepEqual(confusionRows(scores, Int32Array.of(1, 2), predictions), [
    { source: 'probe_l2', class: 'a', predicted: 'b', images: 1 },
    { source: 'probe_l2', class: 'b', predicted: 'b', images: 1 },
  ]);
});
