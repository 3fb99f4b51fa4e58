import test from 'ava';
import fc from 'fast-check';
import { mergedRanges, mergedReads, usualMerging } from '../../../datasets/store/merged-reads.ts';
import type { ByteRange, ObjectStore } from '../../../datasets/store/object-store.ts';
import { PipelineError } from '../../../operators/errors.ts';
import { deferred, settled } from '../../helpers/deferred.ts';

const content = Uint8Array.from({ length: 2000 }, (_, at) => (at * 7919) % 256);
const object = { key: 'a.tar', bytes: content.length, version: '"1"' };
const merging = { maxGap: 10, freeWaste: 12, maxSpan: 100, partBytes: 40 };

/** Readings of `content` that are counted. */
function counted(
  onRead: (range: ByteRange | undefined, signal?: AbortSignal) => Promise<void> = async () => {},
): { readonly read: ObjectStore['read']; readonly ranges: (ByteRange | undefined)[] } {
  const ranges: (ByteRange | undefined)[] = [];
  return {
    ranges,
    read: async (_, { range, signal } = {}) => {
      ranges.push(range);
      await onRead(range, signal);
      const { from, bytes } = range ?? { from: 0, bytes: content.length };
      return content.slice(from, from + bytes);
    },
  };
}

const ranges = fc.array(
  fc.record({ from: fc.nat(1800), bytes: fc.integer({ min: 1, max: 200 }) }),
  { maxLength: 40 },
);

test('each who asks gets the bytes of the range in memory of its own, whatever was asked beside it', async (t) => {
  await fc.assert(
    fc.asyncProperty(ranges, async (all) => {
      const { read } = counted();
      const merged = mergedReads(read, merging);
      const came = await Promise.all(all.map(async (range) => await merged(object, { range })));
      for (const [at, { from, bytes }] of all.entries()) {
        t.deepEqual(came[at], content.slice(from, from + bytes));
      }
      t.is(new Set(came.map(({ buffer }) => buffer)).size, all.length);
    }),
    { seed: 19, numRuns: 200 },
  );
});

const bytesFrom = (from: number, bytes: number): readonly number[] =>
  Array.from({ length: bytes }, (_, at) => from + at);

test('a batch of small images from all over a shard does not read the shard', (t) => {
  const all = Array.from({ length: 64 }, (_, at) => ({
    range: { from: at * 800_000, bytes: 4000 },
  }));
  t.is(mergedRanges(all, usualMerging).length, 64);
  const near = Array.from({ length: 64 }, (_, at) => ({ range: { from: at * 4500, bytes: 4000 } }));
  t.is(mergedRanges(near, usualMerging).length, 1);
});

test('groups hold every range once, span no more than they may, and lie further apart than they may be', (t) => {
  fc.assert(
    fc.property(ranges, (all) => {
      const groups = mergedRanges(
        all.map((range) => ({ range })),
        merging,
      );
      t.is(groups.flat().length, all.length);
      const spans = groups.map((group) => ({
        first: group[0]!.range,
        end: Math.max(...group.map(({ range }) => range.from + range.bytes)),
        count: group.length,
        wanted: new Set(group.flatMap(({ range: { from, bytes } }) => bytesFrom(from, bytes))).size,
      }));
      for (const [at, { first, end, count, wanted }] of spans.entries()) {
        t.true(count === 1 || end - first.from <= merging.maxSpan);
        const waste = end - first.from - wanted;
        t.true(waste <= Math.max(merging.freeWaste, wanted), 'at most twice of what is wanted');
        const next = spans[at + 1]?.first;
        if (next === undefined) continue;
        const together = Math.max(end, next.from + next.bytes) - first.from;
        const gap = Math.max(0, next.from - end);
        const isDear = waste + gap > Math.max(merging.freeWaste, together - waste - gap);
        t.true(gap > merging.maxGap || together > merging.maxSpan || isDear);
      }
    }),
    { seed: 19, numRuns: 300 },
  );
});

test('ranges of one turn that lie near each other are one reading, over parts where that is large', async (t) => {
  const { read, ranges: asked } = counted();
  const merged = mergedReads(read, merging);
  await Promise.all([
    merged(object, { range: { from: 20, bytes: 10 } }),
    merged(object, { range: { from: 0, bytes: 10 } }),
    merged(object, { range: { from: 500, bytes: 90 } }),
    merged({ ...object, key: 'b.tar' }, { range: { from: 30, bytes: 5 } }),
  ]);
  t.deepEqual(asked, [
    { from: 0, bytes: 30 },
    { from: 500, bytes: 40 },
    { from: 540, bytes: 40 },
    { from: 580, bytes: 10 },
    { from: 30, bytes: 5 },
  ]);
});

test('another turn is another reading, and a whole object is read as it is', async (t) => {
  const { read, ranges: asked } = counted();
  const merged = mergedReads(read, merging);
  await merged(object, { range: { from: 0, bytes: 10 } });
  await merged(object, { range: { from: 10, bytes: 10 } });
  t.deepEqual(await merged(object), content);
  t.deepEqual(asked, [{ from: 0, bytes: 10 }, { from: 10, bytes: 10 }, undefined]);
});

test('versions of an object are not mixed', async (t) => {
  const { read, ranges: asked } = counted();
  const merged = mergedReads(read, merging);
  await Promise.all([
    merged(object, { range: { from: 0, bytes: 10 } }),
    merged({ ...object, version: '"2"' }, { range: { from: 10, bytes: 10 } }),
  ]);
  t.is(asked.length, 2);
});

test('an abort is that of one; the reading ends when nobody waits for it', async (t) => {
  const go = deferred<void>();
  let signal: AbortSignal | undefined;
  const { read } = counted(async (_, given) => {
    signal = given;
    await go.promise;
  });
  const merged = mergedReads(read, merging);
  const stops = [new AbortController(), new AbortController(), new AbortController()];
  const asked = stops.map(async (stop, at) =>
    merged(object, { range: { from: 10 * at, bytes: 10 }, signal: stop.signal }),
  );
  await settled();
  stops[0]!.abort(new Error('one'));
  await t.throwsAsync(asked[0]!, { message: 'one' });
  t.false(signal!.aborted);
  go.resolve();
  t.deepEqual(await asked[1], content.slice(10, 20));
  t.deepEqual(await asked[2], content.slice(20, 30));

  const never = deferred<void>();
  const waiting = counted(async (_, given) => {
    signal = given;
    await never.promise;
  });
  const alone = mergedReads(waiting.read, merging)(object, {
    range: { from: 0, bytes: 10 },
    signal: stops[1]!.signal,
  });
  await settled();
  stops[1]!.abort(new Error('all'));
  await t.throwsAsync(alone, { message: 'all' });
  t.true(signal!.aborted);
  never.resolve();
});

test('an abort before the turn ends reads nothing of it', async (t) => {
  const { read, ranges: asked } = counted();
  const merged = mergedReads(read, merging);
  const stop = new AbortController();
  const failed = t.throwsAsync(
    merged(object, { range: { from: 0, bytes: 10 }, signal: stop.signal }),
  );
  const other = merged(object, { range: { from: 20, bytes: 10 } });
  stop.abort(new Error('enough'));
  await failed;
  await other;
  t.deepEqual(asked, [{ from: 20, bytes: 10 }]);
});

test('when a reading of several fails each range is read by itself, unless it is the store that fails', async (t) => {
  const { read, ranges: asked } = counted(async (range) => {
    if (range!.from <= 15 && range!.from + range!.bytes > 15) throw new Error('damaged');
  });
  const merged = mergedReads(read, merging);
  const all = [0, 10, 20].map(async (from) => await merged(object, { range: { from, bytes: 10 } }));
  const outcomes = await Promise.allSettled(all);
  t.deepEqual(
    outcomes.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled'],
  );
  t.is(asked.length, 4);

  const down = counted(async () => {
    throw new PipelineError('ERR_DATASET', 'down');
  });
  const none = mergedReads(down.read, merging);
  await Promise.allSettled([
    none(object, { range: { from: 0, bytes: 10 } }),
    none(object, { range: { from: 10, bytes: 10 } }),
  ]);
  t.is(down.ranges.length, 1);
});

test('as many readings as there are follow one signal, and nothing is warned of', async (t) => {
  const warned: Error[] = [];
  const listen = (warning: Error): void => void warned.push(warning);
  process.on('warning', listen);
  const { read } = counted();
  const merged = mergedReads(read, merging);
  const { signal } = new AbortController();
  const asked = Array.from({ length: 40 }, (_, at) =>
    merged(object, { range: { from: at * 40, bytes: 5 }, signal }),
  );
  t.is((await Promise.all(asked)).length, 40);
  await settled();
  process.off('warning', listen);
  t.deepEqual(warned, []);
});
