import test from 'ava';
import { filter, firstValueFrom, mergeMap, of, Subject, toArray } from 'rxjs';
import { PipelineError } from '../../../operators/errors.ts';
import { mapInOrder } from '../../../operators/flow/map-in-order.ts';
import { perSample } from '../../../operators/flow/per-sample.ts';
import { onBadSample, skipBad } from '../../../operators/stages/on-bad-sample.ts';
import { quarantine } from '../../../operators/stages/quarantine.ts';
import type { DecodedImage, PlannedSample } from '../../../operators/types.ts';
import { deferred, settled, type Deferred } from '../../helpers/deferred.ts';
import { planOf } from '../../helpers/plans.ts';

const image = { width: 1, height: 1, data: new Uint8Array(3) };

test('results of a plan are in plan order, whatever finishes first', async (t) => {
  const work = new Map<number, Deferred<DecodedImage>>();
  const stage = mapInOrder(async (sample: PlannedSample) => {
    const item = deferred<DecodedImage>();
    work.set(sample.position, item);
    return await item.promise;
  });
  const batch = firstValueFrom(of(planOf(0, [4, 5, 6])).pipe(perSample(stage)));
  for (const position of [6, 4, 5]) {
    work.get(position)!.resolve({ ...planOf(0, [position]).samples[0]!, image });
    await settled();
  }
  t.deepEqual(
    (await batch).images.map((decoded) => decoded.position),
    [4, 5, 6],
  );
});

test('a plan is emitted also when some or all of its samples are left out, or it has none', async (t) => {
  const stage = mergeMap((sample: PlannedSample) => of({ ...sample, image }));
  const even = filter((sample: PlannedSample) => sample.position % 2 === 0);
  const batches = await firstValueFrom(
    of(planOf(0, [1, 2, 4]), planOf(1, [1, 3]), planOf(2, [])).pipe(
      perSample((source) => source.pipe(even, stage)),
      toArray(),
    ),
  );
  t.deepEqual(
    batches.map((batch) => batch.images.length),
    [2, 0, 0],
  );
  t.deepEqual(
    batches.map((batch) => batch.plan.seq),
    [0, 1, 2],
  );
});

test('unsubscribing ends the work on every sample', async (t) => {
  let ended = 0;
  const plans = new Subject<ReturnType<typeof planOf>>();
  const stage = mapInOrder((_sample: PlannedSample, signal) => {
    signal.addEventListener('abort', () => (ended += 1));
    return deferred<DecodedImage>().promise;
  });
  const subscription = plans.pipe(perSample(stage)).subscribe();
  plans.next(planOf(0, [1, 2, 3]));
  subscription.unsubscribe();
  await settled();
  t.is(ended, 3);
});

const reading = (bad: ReadonlySet<number>, tried: number[]) =>
  mapInOrder(async (sample: PlannedSample): Promise<DecodedImage> => {
    tried.push(sample.position);
    if (bad.has(sample.position)) throw new PipelineError('ERR_DECODE', `no ${sample.id}`);
    return { ...sample, image };
  });

test('a bad sample is skipped in an export and named in quarantine', async (t) => {
  const bad = quarantine({ count: 100 });
  const batch = await firstValueFrom(
    of(planOf(0, [0, 1, 2])).pipe(perSample(onBadSample(skipBad, bad, reading(new Set([1]), [])))),
  );
  t.deepEqual(
    batch.images.map((decoded) => decoded.position),
    [0, 2],
  );
  t.deepEqual(bad.list(), [{ id: 's1', stage: 'decode', code: 'ERR_DECODE', message: 'no s1' }]);
});

test('a bad sample is replaced until one is readable, and read once only', async (t) => {
  const bad = quarantine({ count: 100 });
  const tried: number[] = [];
  const next = (planned: PlannedSample, attempt: number): PlannedSample => ({
    ...planOf(0, [planned.position + attempt + 1]).samples[0]!,
    replaces: planned.id,
  });
  const stage = perSample(onBadSample(next, bad, reading(new Set([1, 2]), tried)));
  const batches = await firstValueFrom(
    of(planOf(0, [0, 1]), planOf(1, [1])).pipe(stage, toArray()),
  );
  t.deepEqual(
    batches.map((batch) => batch.images.map((decoded) => [decoded.position, decoded.replaces])),
    [
      [
        [0, undefined],
        [3, 's1'],
      ],
      [[3, 's1']],
    ],
  );
  tried.length = 0;
  await firstValueFrom(of(planOf(2, [1])).pipe(stage));
  t.deepEqual(tried, [3]);
  t.is(bad.list().length, 2);
});

test('what is not about the sample ends the run', async (t) => {
  const bad = quarantine({ count: 100 });
  const stage = mapInOrder(async (): Promise<DecodedImage> => {
    throw new PipelineError('ERR_ENGINE', 'worker gone');
  });
  await t.throwsAsync(
    firstValueFrom(of(planOf(0, [0])).pipe(perSample(onBadSample(skipBad, bad, stage)))),
    { message: 'worker gone' },
  );
  t.deepEqual(bad.list(), []);
});

test('too many bad samples end the run with the last one named', async (t) => {
  const bad = quarantine({ count: 10, maxInvalid: 0.2 });
  const positions = [...Array(10).keys()];
  const error = await t.throwsAsync<PipelineError>(
    firstValueFrom(
      of(planOf(0, positions)).pipe(
        perSample(onBadSample(skipBad, bad, reading(new Set([0, 1, 2]), []))),
      ),
    ),
  );
  t.is(error.code, 'ERR_TOO_MANY_BAD');
  t.regex(error.message, /3 of 10 images .* `s2`/);
});

test('a bad start of a large store is no reason to give up', (t) => {
  const bad = quarantine({ count: 1_000_000, maxInvalid: 0.2 });
  const fail = new PipelineError('ERR_DECODE', 'bad');
  for (let at = 0; at < 200; at += 1) bad.add({ id: `${at}`, label: 0 }, fail);
  t.throws(() => bad.add({ id: '200', label: 0 }, fail), { code: 'ERR_TOO_MANY_BAD' });
});

test('a share outside 0 to 1 is refused', (t) => {
  for (const maxInvalid of [-0.1, 1.1, NaN]) {
    t.throws(() => quarantine({ count: 1, maxInvalid }), { instanceOf: RangeError });
  }
});
