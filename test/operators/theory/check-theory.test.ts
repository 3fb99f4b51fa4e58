import test from 'ava';
import { checkTheory, type TheoryProgress } from '../../../operators/theory/check-theory.ts';

// Standard errors of up to 0.08, so this is about the machinery; the numbers have their own tests.
const few = { seed: 3, draws: 1000 };

test('everything holds, and the same seed gives the same rows', async (t) => {
  const rows = await checkTheory(few);
  t.deepEqual(
    rows.filter(({ holds }) => !holds),
    [],
  );
  t.is(rows.filter(({ check }) => check === 'ideal_loss').length, 24);
  t.is(new Set(rows.map(({ check, setting }) => `${check} ${setting}`)).size, rows.length);
  t.deepEqual(await checkTheory(few), rows);
  const others = await checkTheory({ ...few, seed: 4 });
  t.notDeepEqual(others, rows);
  t.true(others.every(({ holds }) => holds));
});

test('tells how far it is, and stops when it is aborted', async (t) => {
  const abort = new AbortController();
  const reason = new Error('no more');
  const told: TheoryProgress[] = [];
  const run = checkTheory({
    ...few,
    signal: abort.signal,
    progress(progress) {
      told.push(progress);
      if (progress.done === 2) abort.abort(reason);
    },
  });
  t.is(await t.throwsAsync(run), reason);
  t.deepEqual(
    told.map(({ done }) => done),
    [0, 1, 2],
  );
  t.true(told.every(({ total }) => total === told[0]!.total && total > 2));
});

test('lets others have the thread', async (t) => {
  let turns = 0;
  let isDone = false;
  const count = (): void => {
    turns += 1;
    if (!isDone) setImmediate(count);
  };
  setImmediate(count);
  await checkTheory(few);
  isDone = true;
  // One for each step of descent alone.
  t.true(turns > 400, `${turns}`);
});

test('refuses draws too few to show their spread', async (t) => {
  await t.throwsAsync(checkTheory({ seed: 0, draws: 999 }), {
    instanceOf: RangeError,
    message: 'Expected `draws` to be an integer of at least 1000, got `999`',
  });
});
