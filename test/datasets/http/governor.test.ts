import test from 'ava';
import { governor, type Governor, type Slot } from '../../../datasets/http/governor.ts';
import { settled } from '../../helpers/deferred.ts';

const bounds = { start: 4, max: 8, maxBytes: 100 };

/** Slots as they are given. */
function asking(governed: Governor): {
  readonly given: ReadonlyMap<string, Slot>;
  readonly ask: (
    name: string,
    bytes?: number,
    isRetry?: boolean,
    signal?: AbortSignal,
  ) => Promise<void>;
} {
  const given = new Map<string, Slot>();
  return {
    given,
    async ask(name, bytes = 0, isRetry = false, signal) {
      given.set(name, await governed.acquire({ bytes, isRetry, signal }));
    },
  };
}

test('as many requests are under way at once as there may be, the others in order', async (t) => {
  const { given, ask } = asking(governor(bounds));
  const all = Promise.all(['a', 'b', 'c', 'd', 'e', 'f'].map(async (name) => await ask(name)));
  await settled();
  t.is([...given.keys()].join(''), 'abcd');
  given.get('c')!.release('other');
  await settled();
  given.get('a')!.release('other');
  await all;
  t.is([...given.keys()].join(''), 'abcdef');
});

test('a further try goes before what has not begun', async (t) => {
  const { given, ask } = asking(governor({ ...bounds, start: 1 }));
  await ask('a');
  const rest = Promise.all([ask('b'), ask('c'), ask('retry', 0, true)]);
  given.get('a')!.release('other');
  await settled();
  t.is([...given.keys()].join(' '), 'a retry');
  given.get('retry')!.release('other');
  await settled();
  given.get('b')!.release('other');
  await rest;
});

test('bodies under way stay within their bytes, and a larger one is alone', async (t) => {
  const { given, ask } = asking(governor(bounds));
  const all = Promise.all([
    ask('a', 60),
    ask('b', 40),
    ask('c', 1),
    ask('huge', 1000),
    ask('d', 1),
  ]);
  await settled();
  t.is([...given.keys()].join(' '), 'a b');
  given.get('a')!.release('other');
  await settled();
  t.is([...given.keys()].join(' '), 'a b c');
  given.get('b')!.release('other');
  await settled();
  t.is([...given.keys()].join(' '), 'a b c', 'nobody overtakes the large one');
  given.get('c')!.release('other');
  await settled();
  t.is([...given.keys()].join(' '), 'a b c huge');
  given.get('huge')!.release('other');
  await all;
});

test('an overload halves the requests at once, those of before no further', async (t) => {
  const governed = governor(bounds);
  const { given, ask } = asking(governed);
  await Promise.all([ask('a'), ask('b'), ask('c')]);
  given.get('a')!.release('overload');
  t.is(governed.limit, 2);
  given.get('b')!.release('overload');
  given.get('c')!.release('overload');
  t.is(governed.limit, 2);
  await ask('d');
  given.get('d')!.release('overload');
  t.is(governed.limit, 1);
  await ask('e');
  given.get('e')!.release('overload');
  t.is(governed.limit, 1, 'one request may always be under way');
});

test('answers while others wait raise the requests at once, one for each round, to the most', async (t) => {
  const governed = governor(bounds);
  const limits = new Set<number>();
  const line = Array.from({ length: 200 }, () => governed.acquire({ bytes: 0, isRetry: false }));
  for (const slot of line) {
    (await slot).release('answered');
    limits.add(governed.limit);
  }
  t.deepEqual([...limits], [4, 5, 6, 7, 8]);
});

test('answers that nobody waits behind raise nothing', async (t) => {
  const governed = governor(bounds);
  for (let number = 0; number < 100; number += 1) {
    (await governed.acquire({ bytes: 0, isRetry: false })).release('answered');
  }
  t.is(governed.limit, 4);
});

test('an abort gives up the place in line, and lets pass what waited behind', async (t) => {
  const { given, ask } = asking(governor(bounds));
  const stop = new AbortController();
  await ask('a', 50);
  const failed = t.throwsAsync(ask('huge', 1000, false, stop.signal), { message: 'enough' });
  const last = ask('b', 50);
  await settled();
  t.false(given.has('b'));
  stop.abort(new Error('enough'));
  await failed;
  await last;
  await t.throwsAsync(ask('late', 0, false, stop.signal), { message: 'enough' });
});
