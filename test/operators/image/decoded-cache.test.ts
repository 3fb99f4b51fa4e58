import test from 'ava';
import { from, lastValueFrom, map, mergeMap, toArray, type OperatorFunction } from 'rxjs';
import { decodedCache } from '../../../operators/image/decoded-cache.ts';
import { keepDecoded } from '../../../operators/stages/keep-decoded.ts';
import type { DecodedImage, PlannedSample, RgbImage } from '../../../operators/types.ts';
import { planOf } from '../../helpers/plans.ts';

const image = (bytes: number): RgbImage => ({
  width: bytes / 3,
  height: 1,
  data: new Uint8Array(bytes),
});

/** Decodes to an image of its own, and notes what it was asked for. */
const decoding = (asked: number[]): OperatorFunction<PlannedSample, DecodedImage> =>
  map((planned) => {
    asked.push(planned.position);
    return { ...planned, image: image(3000) };
  });

test('an image that was kept is not decoded again, and is seen as it is planned now', async (t) => {
  const asked: number[] = [];
  const stage = keepDecoded(decodedCache(1e6), decoding(asked));
  const [first] = planOf(0, [4]).samples;
  const again = { ...first!, draw: 1, replaces: 'bad' };
  const [a, b] = await lastValueFrom(from([first!, again]).pipe(stage, toArray()));
  t.deepEqual(asked, [4]);
  t.is(a!.image, b!.image);
  t.like(b, { position: 4, draw: 1, replaces: 'bad' });
});

test('keeps what fits and decodes the rest each time', async (t) => {
  const asked: number[] = [];
  const cache = decodedCache(10_000);
  const epoch = from(planOf(0, [0, 1, 2, 3, 4]).samples).pipe(keepDecoded(cache, decoding(asked)));
  for (const _ of [1, 2, 3]) await lastValueFrom(epoch);
  // Two images of 3,000 bytes and their overhead fit, a third would make it more than 10,000.
  t.deepEqual(asked, [0, 1, 2, 3, 4, 2, 3, 4, 2, 3, 4]);
  t.is(cache.count, 2);
  t.true(cache.bytes <= cache.maxBytes && cache.bytes >= 6000);
});

test('a small image still fits after a large one did not', (t) => {
  const cache = decodedCache(5000);
  cache.set(0, image(9000));
  t.is(cache.get(0), undefined);
  const small = image(300);
  cache.set(1, small);
  cache.set(1, image(600));
  t.is(cache.get(1), small);
  t.is(cache.count, 1);
});

test('a cache of no bytes keeps nothing', (t) => {
  const cache = decodedCache(0);
  cache.set(0, image(3));
  t.deepEqual([cache.count, cache.bytes], [0, 0]);
});

test('what decode leaves out or replaces is kept under its own position', async (t) => {
  const cache = decodedCache(1e6);
  const [planned, other] = planOf(0, [1, 9]).samples;
  const stage = mergeMap((sample: PlannedSample) =>
    sample.position === 1 ? [] : [{ ...other!, image: image(3) }],
  );
  const seen = await lastValueFrom(
    from([planned!, planOf(0, [5]).samples[0]!]).pipe(keepDecoded(cache, stage), toArray()),
  );
  t.deepEqual(
    seen.map(({ position }) => position),
    [9],
  );
  t.deepEqual(
    [1, 5, 9].map((position) => cache.get(position) !== undefined),
    [false, false, true],
  );
});

test('refuses a size that is not a number of bytes', (t) => {
  for (const maxBytes of [-1, NaN]) {
    t.throws(() => decodedCache(maxBytes), { instanceOf: RangeError, message: /`maxBytes`/ });
  }
});
