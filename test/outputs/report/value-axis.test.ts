import test from 'ava';
import { valueAxis } from '../../../outputs/report/figures/value-axis.ts';

test('axes of losses fit their values with some room, those of shares and of what nears nothing begin at 0', (t) => {
  const loss = { title: 'loss (nats)' };
  t.deepEqual(valueAxis(loss, [[5.5, 4.5], [5]]), {
    title: 'loss (nats)',
    domain: [4.46, 5.54],
    unit: 'number',
  });
  t.deepEqual(valueAxis({ title: 'share', unit: 'share' }, [[0.5, 0.75]]).domain, [0, 0.75]);
  t.deepEqual(valueAxis({ title: 'rank', isFromZero: true }, [[3, 4]]).domain, [0, 4]);
  t.deepEqual(valueAxis({ title: 'share', unit: 'share' }, [[0, 0]]).domain, [0, 1]);
});
