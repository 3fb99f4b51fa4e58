import test from 'ava';
import { metricsSection } from '../../../../outputs/report/sections/metrics.ts';
import { drawnSection, madeEvaluation } from '../../../helpers/report-material.ts';

test('the first two groups of metrics are open, those after them folded under their names', async (t) => {
  const metrics = { knn1_accuracy: 0.5, margin: 0.25, nc1_variability: 3, spread: 0.75, mine: 1 };
  const all = [await madeEvaluation(t, 'SINCERE', {}, metrics)];
  const { html } = await drawnSection(metricsSection, { evaluations: all });
  const [open = '', ...folded] = html.split('<details');
  for (const name of ['knn1_accuracy', 'margin']) t.true(open.includes(`>${name}<`), name);
  const summaries = folded.map((one) => /<summary>(.*?)<\/summary>/u.exec(one)?.[1]);
  t.deepEqual(summaries, [
    'Collapse of the training images: 1 metric',
    'Losses and geometry of the test images: 1 metric',
    'Other metrics: 1 metric',
  ]);
  for (const [at, name] of ['nc1_variability', 'spread', 'mine'].entries())
    t.true(folded[at]!.includes(`>${name}<`), name);
  const few = [await madeEvaluation(t, 'SINCERE', {}, { spread: 0.75 })];
  t.false((await drawnSection(metricsSection, { evaluations: few })).html.includes('<details'));
});
