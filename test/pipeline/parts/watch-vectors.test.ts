import test from 'ava';
import { from, lastValueFrom } from 'rxjs';
import { seededRandom } from '../../../operators/random.ts';
import type { EmbeddingBatch } from '../../../operators/types.ts';
import { watchVectors } from '../../../pipeline/parts/watch-vectors.ts';

const size = 8;

/** Batches of vectors around one direction, so far from it at most. */
function batches(rows: number, spread: number): EmbeddingBatch[] {
  const random = seededRandom('watch-vectors', rows, spread);
  const of = (count: number): EmbeddingBatch => ({
    plan: { seq: 0, epoch: 0, samples: [] },
    samples: [],
    embedding: Float32Array.from(
      { length: count * size },
      (_, at) => (at % size === 0 ? 1 : 0) + spread * (random.uniform() - 0.5),
    ),
    projection: new Float32Array(0),
  });
  return [of(1), of(rows - 1)];
}

async function notesOf(rows: number, spread: number): Promise<readonly string[]> {
  const notes: string[] = [];
  const vectors = watchVectors({ embedding: size, projection: 0 });
  await lastValueFrom(from(batches(rows, spread)).pipe(vectors.watch));
  vectors.tell((text) => notes.push(text));
  return notes;
}

const told = test.macro({
  async exec(t, rows: number, spread: number, what: RegExp | null) {
    const notes = await notesOf(rows, spread);
    t.is(notes.length, what === null ? 0 : 1);
    if (what !== null) t.regex(notes[0]!, what);
  },
  title: (_, rows: number, spread: number, what: RegExp | null) =>
    `${rows} rows within ${spread} of one direction are ${what === null ? 'not ' : ''}told as collapsed`,
});

test(told, 16, 0.01, /^the 16 rows of `embedding` point in nearly one direction: .* 0\.9999/u);
test(told, 2, 0, /^all 2 rows of `embedding` are the same vector/u);
test(told, 15, 0.01, null);
test(told, 16, 1, null);
