import test from 'ava';
import { dclLoss } from '../../../operators/loss/dcl-loss.ts';
import { sincereLoss } from '../../../operators/loss/sincere-loss.ts';
import {
  contrastiveLossContract,
  evaluated,
  float32Rows,
} from '../../contract/contrastive-loss-contract.ts';
import { goldenRows } from '../../helpers/loss-reference.ts';

contrastiveLossContract(test, 'dcl', dclLoss);

const labels = [0, 0, 0, 1, 1, 2, 2, 2];

test('is below SINCERE, which adds the positive to the sum', (t) => {
  for (const temperature of [1, 0.1]) {
    const dcl = evaluated(dclLoss, goldenRows(), labels, temperature).value;
    t.true(dcl < evaluated(sincereLoss, goldenRows(), labels, temperature).value);
  }
});

test('has no lower limit: pulls as hard however close positives are', (t) => {
  const rows = float32Rows([
    [1, 0],
    [1, 0],
    [-1, 0],
  ]);
  const { value, gradient } = evaluated(dclLoss, rows, [0, 0, 1], 0.1);
  t.true(Math.abs(value + 20) < 1e-5);
  t.true(Math.hypot(...gradient[0]!) > 1);
});

test('a batch of one class has value 0 and gradient 0', (t) => {
  const { value, gradient } = evaluated(
    dclLoss,
    goldenRows(),
    labels.map(() => 4),
    0.1,
  );
  t.is(value, 0);
  t.true(gradient.flat().every((x) => Math.abs(x) === 0));
});
