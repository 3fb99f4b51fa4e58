import test from 'ava';
import fc from 'fast-check';
import type { LoadedChunk } from '../../../operators/loading/load-calls.ts';
import { mergedChunks } from '../../../operators/loading/merged-chunks.ts';

/** Outcome of images `from` to `to`, by a rule of their own: places are those in the chunk. */
function outcome(from: number, to: number): LoadedChunk {
  const all = Array.from({ length: to - from }, (_, at) => ({ at, image: from + at }));
  const every = (n: number) => all.filter(({ image }) => image % n === 0);
  return {
    unread: every(5).map(({ at }) => at),
    failed: every(3).map(({ at, image }) => ({
      at,
      failure: { name: 'Error', message: `${image}` },
    })),
    kept: every(2).map(({ at, image }) => ({ at, place: [0, image, 1, 1] })),
    repaired: every(7).map(({ at, image }) => ({ at, told: `${image}` })),
    contents: all.map(({ image }) =>
      image % 5 === 0 ? undefined : { sha256: String(image), bytes: image },
    ),
    isFull: from <= 4 && to > 4,
    times: { images: to - from, readMs: to - from, decodeMs: 2 * (to - from), viewsMs: 0 },
  } as unknown as LoadedChunk;
}

test('however a request is cut, its answer is the same', (t) => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.integer({ min: 1, max: 29 })),
      fc.boolean(),
      (cuts, isReversed) => {
        const ends = [...cuts.toSorted((a, b) => a - b), 30];
        const parts = ends.map((end, at) => {
          const first = ends[at - 1] ?? 0;
          return { first, loaded: outcome(first, end) };
        });
        const merged = mergedChunks(isReversed ? parts.toReversed() : parts);
        t.deepEqual(sorted(merged), sorted(outcome(0, 30)));
      },
    ),
  );
});

/** An answer whose lists are in the order of their places; only the order tells how it was cut. */
function sorted(chunk: LoadedChunk): LoadedChunk {
  const byPlace = <T extends { readonly at: number }>(list: readonly T[]): T[] =>
    list.toSorted((a, b) => a.at - b.at);
  return {
    ...chunk,
    unread: chunk.unread.toSorted((a, b) => a - b),
    failed: byPlace(chunk.failed),
    kept: byPlace(chunk.kept),
    repaired: byPlace(chunk.repaired),
  };
}

test('a request without images has an empty answer', (t) => {
  const { times, ...lists } = mergedChunks([]);
  t.deepEqual(times, { images: 0, readMs: 0, decodeMs: 0, viewsMs: 0 });
  t.deepEqual(lists, {
    unread: [],
    failed: [],
    kept: [],
    repaired: [],
    contents: [],
    isFull: false,
  });
});
