import test from 'ava';
import { reportOfComparison } from '../../../pipeline/next/report-step.ts';

test('the page of a comparison stands in the folder that all it compares share, under a name of its own', (t) => {
  const pageOf = (evaluations: readonly string[], out: string | null = null) =>
    reportOfComparison(evaluations, out)?.words.at(-1);
  t.deepEqual(reportOfComparison(['supcon/evaluation', 'sincere/evaluation'], null)?.words, [
    'report',
    'supcon/evaluation',
    'sincere/evaluation',
    '--out',
    'comparison.html',
  ]);
  t.is(pageOf(['runs/a/evaluation', 'runs/b/evaluation']), 'runs/comparison.html');
  t.is(pageOf(['runs/a/one', 'runs/a/two']), 'runs/a/comparison.html');
  t.is(pageOf(['/r/a/evaluation', '/r/ab/evaluation']), '/r/comparison.html');
  // What shares no folder but the root leaves the page where the person is.
  t.is(pageOf(['/a/evaluation', '/b/evaluation']), 'comparison.html');
  t.is(pageOf(['../a/evaluation', 'b/evaluation']), '../comparison.html');
  t.is(pageOf(['a/evaluation', 'b/evaluation'], 'runs/ab'), 'runs/ab/comparison.html');
});
