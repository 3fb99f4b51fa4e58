import test from 'ava';
import { endOfTraining } from '../../../pipeline/parts/end-of-training.ts';

test('without a condition a run ends by its last step, or by a stop', async (t) => {
  const { endBefore, ended, cause } = endOfTraining([]);
  t.false(await endBefore(0));
  t.false(ended());
  t.is(cause(3, 3), 'steps');
  t.is(cause(2, 3), 'stop');
});

test('the first condition that holds ends a run, and no other is asked after it', async (t) => {
  const asked: string[] = [];
  const condition = (cause: 'patience' | 'time', at: number) => ({
    cause,
    holds: async (step: number) => {
      asked.push(`${cause} ${step}`);
      return step >= at;
    },
  });
  const { endBefore, ended, cause } = endOfTraining([
    condition('patience', 1),
    condition('time', 0),
  ]);
  t.true(await endBefore(0));
  t.true(ended());
  t.is(cause(0, 3), 'time');
  t.true(await endBefore(1));
  t.is(cause(1, 3), 'time');
  t.deepEqual(asked, ['patience 0', 'time 0']);
});
