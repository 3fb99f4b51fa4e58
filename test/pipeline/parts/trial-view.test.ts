import test from 'ava';
import { trialView } from '../../../pipeline/parts/trial-view.ts';

test('the kernel of views is tried against plain loops', (t) => {
  t.deepEqual(trialView(), { verdict: 'ok', detail: 'made by WebAssembly with SIMD' });
});

test('a machine without it is told what that means', (t) => {
  const { verdict, detail } = trialView('javascript');
  t.is(verdict, 'note');
  t.regex(detail, /no SIMD: views are made in JavaScript/u);
});
