import test from 'ava';
import { firstValueFrom, of } from 'rxjs';
import { PipelineError } from '../../../operators/errors.ts';
import { packBatch } from '../../../operators/stages/pack-batch.ts';
import type { PackedBatch, ViewBatch } from '../../../operators/types.ts';
import { planOf } from '../../helpers/plans.ts';

const shape = { images: 3, views: 2, imageSize: 1 };

/** A batch of 1 × 1 views whose values count up from 1. */
const viewsOf = (labels: readonly (number | null)[]): ViewBatch => {
  const plan = planOf(5, [...labels.keys()]);
  const samples = plan.samples.map((sample, at) => ({ ...sample, label: labels[at]! }));
  const pixels = Float32Array.from({ length: labels.length * 2 * 3 }, (_, at) => at + 1);
  return { plan, samples, views: 2, imageSize: 1, pixels };
};

const packed = (batch: ViewBatch): Promise<PackedBatch> =>
  firstValueFrom(of(batch).pipe(packBatch(shape)));

test('a full batch keeps its pixels, and its labels are repeated for each view', async (t) => {
  const batch = viewsOf([7, 0, 7]);
  const { plan, samples, pixels, labels } = await packed(batch);
  t.is(pixels, batch.pixels);
  t.deepEqual([...labels], [7, 7, 0, 0, 7, 7]);
  t.is(samples, batch.samples);
  t.is(plan, batch.plan);
});

test('a short batch is filled with zeros of no class', async (t) => {
  const { samples, pixels, labels } = await packed(viewsOf([4]));
  t.deepEqual([...pixels], [1, 2, 3, 4, 5, 6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  t.deepEqual([...labels], [4, 4, -1, -1, -1, -1]);
  t.is(samples.length, 1);
});

test('a batch without readable images is all padding', async (t) => {
  const { pixels, labels, shape: given } = await packed(viewsOf([]));
  t.deepEqual(pixels, new Float32Array(18));
  t.deepEqual(labels, new Int32Array(6).fill(-1));
  t.is(given, shape);
});

test('an unknown class is -1', async (t) => {
  t.deepEqual([...(await packed(viewsOf([null, 2, null]))).labels], [-1, -1, 2, 2, -1, -1]);
});

test('a batch that does not fit is an error that says how', async (t) => {
  const batch = viewsOf([1, 2, 3]);
  const misfits: readonly ViewBatch[] = [
    viewsOf([1, 2, 3, 4]),
    { ...batch, views: 3 },
    { ...batch, imageSize: 2 },
    { ...batch, pixels: batch.pixels.slice(1) },
  ];
  for (const misfit of misfits) {
    const error = await t.throwsAsync<PipelineError>(packed(misfit), { instanceOf: PipelineError });
    t.is(error.code, 'ERR_SHAPE');
    t.regex(error.message, /Batch `5` does not fit: expected at most 3 images, 2 views, 1 px, got/);
  }
});

test('a shape that no batch can have is refused at the call', (t) => {
  for (const field of ['images', 'views', 'imageSize'] as const) {
    for (const value of [0, -1, 1.5, NaN]) {
      t.throws(() => packBatch({ ...shape, [field]: value }), {
        instanceOf: RangeError,
        message: new RegExp(`\`${field}\``),
      });
    }
  }
});

test('classes of images that have several go along, one set for each sample', async (t) => {
  t.is((await packed(viewsOf([1, 2]))).labelSets, undefined);
  const batch = viewsOf([1, null, 2]);
  const samples = batch.samples.map((one, at) => (at === 0 ? { ...one, labels: [1, 3] } : one));
  const { labels, labelSets } = await packed({ ...batch, samples });
  t.deepEqual(labelSets, [[1, 3], [], [2]]);
  t.deepEqual([...labels], [1, 1, -1, -1, 2, 2]);
});
