import test from 'ava';
import { from, lastValueFrom, of, Subject, toArray } from 'rxjs';
import { PipelineError } from '../../../operators/errors.ts';
import { augmentViews } from '../../../operators/stages/augment-views.ts';
import { type ImageWorkers, openImageWorkers } from '../../../operators/loading/image-workers.ts';
import { viewRecipe } from '../../../operators/image/view-recipe.ts';
import { makeViews } from '../../../operators/image/views.ts';
import { seededRandom } from '../../../operators/random.ts';
import type {
  DecodedImage,
  PlannedSample,
  RgbImage,
  SampleBatch,
} from '../../../operators/types.ts';
import { deferred, settled, type Deferred } from '../../helpers/deferred.ts';
import { planOf } from '../../helpers/plans.ts';

const recipe = viewRecipe('paper');
const options = { views: 2, imageSize: 8, seed: 5 };
const failing = new URL('../../fixtures/failing-load-worker.ts', import.meta.url);

// Starting a thread costs more than all it is asked here, so most tests use the same one.
let shared: ImageWorkers;
test.before(async () => {
  shared = await openImageWorkers({ threads: 1 });
});
test.after.always(() => shared.close());

const noise = (seed: number): RgbImage => {
  const random = seededRandom('augment-views.test', seed);
  const [width, height] = [5 + random.below(9), 5 + random.below(9)];
  return {
    width,
    height,
    data: Uint8Array.from({ length: width * height * 3 }, () => random.below(256)),
  };
};

const decoded = (sample: PlannedSample): DecodedImage => ({
  ...sample,
  image: noise(sample.position),
});

const batchOf = (seq: number, positions: readonly number[]): SampleBatch => {
  const plan = planOf(seq, positions);
  return { plan, images: plan.samples.map(decoded) };
};

const requestOf = ({ images }: SampleBatch) => ({
  images: images.map(({ image }) => image),
  keys: images,
  recipe,
  options,
});

test('views from workers are those of makeViews, in order, for any number of threads', async (t) => {
  const batches = Array.from({ length: 6 }, (_, seq) => batchOf(seq, [seq, seq + 1, seq + 2]));
  for (const viewer of [shared, await openImageWorkers({ threads: 3 })]) {
    const made = await lastValueFrom(
      from(batches).pipe(augmentViews(viewer, { recipe, ...options }), toArray()),
    );
    if (viewer !== shared) await viewer.close();
    t.deepEqual(
      made.map(({ plan }) => plan.seq),
      [0, 1, 2, 3, 4, 5],
    );
    for (const [seq, { samples, views, imageSize, pixels }] of made.entries()) {
      const { images } = batches[seq]!;
      const expected = makeViews(
        images.map(({ image }) => image),
        images,
        recipe,
        options,
      );
      t.deepEqual(pixels, expected);
      t.deepEqual([views, imageSize, samples.length], [2, 8, 3]);
      t.false('image' in samples[0]!);
    }
  }
});

test('a replaced sample keeps its name and its own views', async (t) => {
  const batch = batchOf(0, [1, 1]);
  const images = [batch.images[0]!, { ...batch.images[1]!, replaces: 'bad' }];
  const { samples, pixels } = await lastValueFrom(
    of({ ...batch, images }).pipe(augmentViews(shared, { recipe, ...options })),
  );
  t.deepEqual(
    samples.map(({ replaces }) => replaces),
    [undefined, 'bad'],
  );
  t.notDeepEqual(pixels.slice(0, 384), pixels.slice(384));
});

test('a batch without images gives a batch without views', async (t) => {
  const made = await lastValueFrom(
    of(batchOf(3, [])).pipe(augmentViews(shared, { recipe, ...options })),
  );
  t.like(made, { samples: [], views: 2, imageSize: 8 });
  t.is(made.pixels.length, 0);
});

test('images stay with the caller', async (t) => {
  const batch = batchOf(0, [2]);
  await shared.makeViews(requestOf(batch));
  t.deepEqual(batch.images[0]!.image, noise(2));
});

test('results are in order, whatever is ready first', async (t) => {
  const requests: Deferred<Float32Array>[] = [];
  const viewer: Pick<ImageWorkers, 'makeViews'> = {
    makeViews() {
      const request = deferred<Float32Array>();
      requests.push(request);
      return request.promise;
    },
  };
  const source = new Subject<SampleBatch>();
  const seen: number[] = [];
  source
    .pipe(augmentViews(viewer, { recipe, ...options }))
    .subscribe(({ plan }) => seen.push(plan.seq));
  for (const seq of [0, 1, 2]) source.next(batchOf(seq, [seq]));
  requests[2]!.resolve(new Float32Array(0));
  requests[1]!.resolve(new Float32Array(0));
  await settled();
  t.deepEqual(seen, []);
  requests[0]!.resolve(new Float32Array(0));
  await settled();
  t.deepEqual(seen, [0, 1, 2]);
});

test('closing refuses what waits and what comes later, and can be repeated', async (t) => {
  const viewer = await openImageWorkers({ threads: 1 });
  const waiting = viewer.makeViews(requestOf(batchOf(0, [0])));
  const closing = viewer.close();
  await t.throwsAsync(waiting, { instanceOf: PipelineError, code: 'ERR_CONTRACT' });
  await Promise.all([closing, viewer.close()]);
  await t.throwsAsync(viewer.makeViews(requestOf(batchOf(0, [0]))), { code: 'ERR_CONTRACT' });
  await viewer.close();
});

test('a request that cannot be made is refused before it travels', async (t) => {
  const request = requestOf(batchOf(0, [0]));
  const broken = { ...request, images: [{ ...request.images[0]!, width: 1 }] };
  await t.throwsAsync(shared.makeViews(broken), { instanceOf: RangeError, message: /`s0` of 1 ×/ });
  t.is((await shared.makeViews(request)).length, 2 * 8 * 8 * 3);
});

test('a dead thread is one error of the stream', async (t) => {
  const viewer = await openImageWorkers({ threads: 1, module: failing });
  const source = new Subject<SampleBatch>();
  const errors: unknown[] = [];
  const failed = new Promise<void>((resolve) => {
    source.pipe(augmentViews(viewer, { recipe, ...options })).subscribe({
      error(error) {
        errors.push(error);
        resolve();
      },
    });
  });
  for (const seq of [0, 1, 2]) source.next(batchOf(seq, [seq]));
  await failed;
  await settled();
  t.is(errors.length, 1);
  const [error] = errors as [PipelineError];
  t.is(error.code, 'ERR_ENGINE');
  t.regex(error.message, /out of luck/);
  t.like(error.cause, { message: 'out of luck' });
  await viewer.close();
});

test('a failure inside the thread refuses that request only', async (t) => {
  const large = { ...options, imageSize: 2 ** 26 };
  const request = requestOf(batchOf(0, [0]));
  await t.throwsAsync(shared.makeViews({ ...request, options: large }), {
    instanceOf: PipelineError,
    code: 'ERR_ENGINE',
    message: /[Ll]ength/,
  });
  t.is((await shared.makeViews(request)).length, 2 * 8 * 8 * 3);
});

test('a thread that cannot start is an error of opening it', async (t) => {
  await t.throwsAsync(
    openImageWorkers({ module: new URL('./absent-worker.ts', import.meta.url) }),
    {
      instanceOf: PipelineError,
      code: 'ERR_ENGINE',
      message: /absent-worker/,
    },
  );
});

test('refuses options out of range at the call', async (t) => {
  await t.throwsAsync(openImageWorkers({ threads: 0 }), { instanceOf: RangeError });
  const viewer = { makeViews: () => Promise.resolve(new Float32Array(0)) };
  t.throws(() => augmentViews(viewer, { recipe, ...options, views: 0 }), {
    instanceOf: RangeError,
  });
  t.throws(() => augmentViews(viewer, { recipe: { ...recipe, flip: 3 }, ...options }), {
    instanceOf: RangeError,
  });
});
