import test from 'ava';
import { lastValueFrom, of } from 'rxjs';
import type { EncoderSession } from '../../../operators/engine/interface/engine.ts';
import { PipelineError } from '../../../operators/errors.ts';
import { encode } from '../../../operators/stages/encode.ts';
import { type Quarantine, quarantine } from '../../../operators/stages/quarantine.ts';
import type { EmbeddingBatch, ViewBatch } from '../../../operators/types.ts';

/** Gives these vectors, whatever it is shown. */
const sessionOf = (
  embedding: readonly number[],
  projection: readonly number[],
): EncoderSession => ({
  rows: 8,
  imageSize: 1,
  layout: 'NHWC',
  embeddingSize: 2,
  projectionSize: projection.length === 0 ? 0 : 1,
  run: async (pixels) => ({
    embedding: Float32Array.from(embedding),
    projection: Float32Array.from(projection),
    pixels,
  }),
  close: async () => {},
});

function batchOf(count: number): ViewBatch {
  const samples = Array.from({ length: count }, (_, position) => {
    return { id: `${position}.png`, label: 0, position, draw: 0 };
  });
  const plan = { seq: 0, epoch: 0, samples };
  return { plan, samples, views: 1, imageSize: 1, pixels: new Float32Array(3 * count) };
}

async function encoded(
  embedding: readonly number[],
  projection: readonly number[],
  bad: Quarantine | undefined,
): Promise<EmbeddingBatch> {
  const stage = encode(sessionOf(embedding, projection), { quarantine: bad });
  return await lastValueFrom(of(batchOf(embedding.length / 2)).pipe(stage));
}

test('a vector that cannot be used has no row on any layer, and is quarantined by its layer', async (t) => {
  const bad = quarantine({ count: 6, maxInvalid: 1 });
  const embedding = [1, 2, NaN, 0, 3, 4, 0, 0, 5, 6, 1e-30, 0];
  const batch = await encoded(embedding, [1, 1, -Infinity, 1, -1, 1], bad);
  t.deepEqual(
    batch.samples.map(({ id }) => id),
    ['0.png', '4.png'],
  );
  t.deepEqual([...batch.embedding], [1, 2, 5, 6]);
  t.deepEqual([...batch.projection], [1, -1]);
  t.deepEqual(
    bad.list().map(({ id, stage, code, message }) => [id, stage, code, message]),
    [
      ['1.png', 'encode', 'ERR_NOT_FINITE', 'The `embedding` of `1.png` holds `NaN`'],
      ['2.png', 'encode', 'ERR_NOT_FINITE', 'The `projection` of `2.png` holds `-Infinity`'],
      ['3.png', 'encode', 'ERR_ZERO_VECTOR', 'The `embedding` of `3.png` is all zeros'],
      [
        '5.png',
        'encode',
        'ERR_ZERO_VECTOR',
        'The `embedding` of `5.png` is too short to have a direction: its length is below 1e-12',
      ],
    ],
  );
});

test('vectors near the ends of float32 are usable', async (t) => {
  const bad = quarantine({ count: 2, maxInvalid: 0 });
  const batch = await encoded([3e38, -3e38, 1e-11, 0], [], bad);
  t.is(batch.samples.length, 2);
  t.deepEqual(bad.list(), []);
});

test('without a quarantine every vector is kept', async (t) => {
  const batch = await encoded([NaN, 0, 0, 0], [], undefined);
  t.is(batch.samples.length, 2);
});

test('too many bad vectors end the run with a word on the model, after the whole batch', async (t) => {
  const bad = quarantine({ count: 3 });
  for (const sample of batchOf(3).samples) bad.tried(sample);
  const error = await t.throwsAsync(encoded([NaN, 0, NaN, 0, NaN, 0], [], bad), {
    instanceOf: PipelineError,
    code: 'ERR_TOO_MANY_BAD',
  });
  t.regex(
    error.message,
    /^3 of 3 images gave vectors with NaN or infinity, .* `maxInvalid: 0\.2` allows/u,
  );
  t.regex(error.message, /The `embedding` of `2\.png` holds `NaN`\. Give another model/u);
});

test('mixed images have no vectors: they would stand under the names of others', async (t) => {
  const mix = { partners: Int32Array.of(1, 0), own: Float32Array.of(0.6, 0.7) };
  const stage = encode(sessionOf([1, 2, 3, 4], [1, 1]));
  await t.throwsAsync(lastValueFrom(of({ ...batchOf(2), mix }).pipe(stage)), {
    instanceOf: PipelineError,
    code: 'ERR_CONTRACT',
    message: /mixViews/,
  });
});

test('the memory of a batch without images comes back like that of others', async (t) => {
  const back: Float32Array[] = [];
  const recycle = (pixels: Float32Array): void => void back.push(pixels);
  const batches = [batchOf(0), batchOf(2)];
  const stage = encode(sessionOf([1, 2, 3, 4], [1, 1]), { recycle });
  for (const batch of batches) await lastValueFrom(of(batch).pipe(stage));
  t.deepEqual(
    back,
    batches.map(({ pixels }) => pixels),
  );
});
