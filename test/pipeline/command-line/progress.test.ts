import test from 'ava';
import { TestScheduler } from 'rxjs/testing';
import { showProgress, type ProgressReading } from '../../../pipeline/command-line/progress.ts';

interface Shown {
  readonly at: number;
  readonly text: string;
}

/** Runs a marble diagram of readings in virtual time and returns what was shown when. */
function shown(
  assert: (actual: unknown, expected: unknown) => void,
  marbles: string,
  values: Readonly<Record<string, ProgressReading | undefined>>,
  { rewrites = true } = {},
): readonly Shown[] {
  const lines: Shown[] = [];
  const scheduler = new TestScheduler(assert);
  scheduler.run(({ cold, expectObservable }) => {
    const source$ = cold(marbles, values);
    const status = {
      rewrites,
      show: (text: string) => void lines.push({ at: scheduler.now(), text }),
      end: () => void lines.push({ at: scheduler.now(), text: '(end)' }),
    };
    const output$ = source$.pipe(showProgress({ readingOf: (value) => value, status, scheduler }));
    // Everything passes unchanged, in its frame, and the output ends when the source does.
    expectObservable(output$).toBe(marbles, values);
  });
  return lines;
}

const step = (done: number, more: Partial<ProgressReading> = {}): ProgressReading => ({
  label: 'train',
  done,
  total: 10,
  unit: 'images',
  amount: done * 50,
  ...more,
});

test('a terminal is rewritten four times a second, and at the end', (t) => {
  // Emissions at 0, 101, 202, 303, 404 ms.
  const lines = shown(t.deepEqual, 'a 100ms b 100ms c 100ms d 100ms e 99ms |', {
    a: step(1),
    b: step(2),
    c: step(3),
    d: step(4),
    e: step(5),
  });
  t.deepEqual(lines, [
    { at: 250, text: 'train  3/10  30 %  495 images/s  0:01 left' },
    { at: 504, text: 'train  5/10  50 %  495 images/s  0:01 left' },
  ]);
});

test('elsewhere a line every ten seconds, and the last', (t) => {
  const values = { a: step(1), b: step(2), c: step(9), d: step(10) };
  const lines = shown(t.deepEqual, 'a 4999ms b 5999ms c 2999ms d 999ms |', values, {
    rewrites: false,
  });
  t.deepEqual(lines, [
    { at: 10_000, text: 'train  2/10  20 %  10 images/s  0:40 left' },
    { at: 15_000, text: 'train  10/10  100 %  32 images/s' },
  ]);
});

test('what works less than the clock runs is waiting', (t) => {
  const lines = shown(t.deepEqual, 'a 99ms b 99ms (c|)', {
    a: step(1, { busyMs: 5000 }),
    b: step(2, { busyMs: 80 }),
    c: step(3, { busyMs: 70, detail: 'loss 1.5' }),
  });
  t.deepEqual(lines, [
    { at: 200, text: 'train  3/10  30 %  500 images/s  waiting 25 %  loss 1.5  0:01 left' },
  ]);
});

test('a resumed run counts its rate from where it began', (t) => {
  const lines = shown(t.deepEqual, 'a 999ms (b|)', { a: step(7), b: step(8) });
  t.is(lines.at(-1)?.text, 'train  8/10  80 %  50 images/s  0:02 left');
});

test('a total that is not known is left out', (t) => {
  const values = {
    a: step(1, { total: undefined }),
    b: step(2000, { total: undefined, amount: undefined }),
  };
  t.is(shown(t.deepEqual, 'a 999ms (b|)', values).at(-1)?.text, 'train  2,000  1,950 images/s');
});

test('each part has a line and a rate of its own', (t) => {
  const lines = shown(t.deepEqual, 'a 99ms b 99ms c 99ms (d|)', {
    a: step(9),
    b: step(10),
    c: step(1, { label: 'embed' }),
    d: step(2, { label: 'embed' }),
  });
  t.deepEqual(lines, [
    { at: 200, text: 'train  10/10  100 %  500 images/s' },
    { at: 200, text: '(end)' },
    { at: 250, text: 'embed  1/10  10 %' },
    { at: 300, text: 'embed  2/10  20 %  500 images/s  0:01 left' },
  ]);
});

test('emissions that say nothing about progress pass', (t) => {
  t.deepEqual(shown(t.deepEqual, 'a 300ms |', { a: undefined }), []);
});

test('an error passes, and nothing is shown after it', (t) => {
  t.deepEqual(shown(t.deepEqual, 'a 99ms #', { a: step(1) }), []);
});

test('hours are shown', (t) => {
  const lines = shown(t.deepEqual, 'a 999ms (b|)', {
    a: step(0, { total: 4000 }),
    b: step(1, { total: 4000 }),
  });
  t.regex(lines.at(-1)!.text, /1:06:39 left$/u);
});

test('work of one piece has no rate', (t) => {
  const compiling = (done: number): ProgressReading => ({
    label: 'compile',
    done,
    total: 1,
    unit: 'steps',
  });
  const lines = shown(t.deepEqual, 'a 499ms b 99ms |', { a: compiling(0), b: compiling(1) });
  t.deepEqual(lines.at(-1)!.text, 'compile  1/1  100 %');
});
