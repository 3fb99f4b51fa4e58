import test from 'ava';
import { firstValueFrom, of } from 'rxjs';
import type { Trainer } from '../../../operators/engine/interface/engine.ts';
import { mixedViews } from '../../../operators/image/mixed-views.ts';
import { beta, seededRandom } from '../../../operators/random.ts';
import { mixViews } from '../../../operators/stages/mix-views.ts';
import { packBatch } from '../../../operators/stages/pack-batch.ts';
import { trainStep } from '../../../operators/stages/train-step.ts';
import type { ViewBatch } from '../../../operators/types.ts';
import { planOf } from '../../helpers/plans.ts';

const size = 6;
const length = size * size * 3;

/** Rows of one value each: the number of the row. */
const batchOf = (seq: number, images: number, views: number): ViewBatch => {
  const plan = planOf(
    seq,
    Array.from({ length: images }, (_, at) => at),
  );
  const count = images * views * length;
  const pixels = Float32Array.from({ length: count }, (_, at) => Math.floor(at / length));
  return { plan, samples: plan.samples, views, imageSize: size, pixels };
};

test('a row is its own share of itself, the rest of the same view of another image', (t) => {
  for (let seq = 0; seq < 100; seq += 1) {
    const batch = batchOf(seq, 5, 2);
    const before = batch.pixels.slice();
    for (const method of ['mixup', 'cutmix'] as const) {
      const { pixels, mix } = mixedViews(batch, { [method]: { alpha: 1 }, seed: 3 });
      for (let row = 0; row < 10; row += 1) {
        const [partner, own] = [mix!.partners[row]!, mix!.own[row]!];
        t.true(partner !== row && partner % 2 === row % 2);
        const values = pixels.subarray(row * length, (row + 1) * length);
        const mean = values.reduce((sum, value) => sum + value, 0) / length;
        // Of CutMix the exact share of the area.
        t.true(Math.abs(mean - (own * row + (1 - own) * partner)) < 1e-5, method);
        const whole = values.every((value) => value === row || value === partner);
        t.true(method === 'mixup' || whole);
      }
    }
    t.deepEqual(batch.pixels, before);
  }
});

test('mixing is a function of seed and plan, and of the probability', (t) => {
  const options = { mixup: { alpha: 1 }, cutmix: { alpha: 1 }, probability: 0.5, seed: 1 };
  const mixes = Array.from({ length: 400 }, (_, seq) => mixedViews(batchOf(seq, 3, 1), options));
  t.deepEqual(mixedViews(batchOf(7, 3, 1), options), mixes[7]);
  const untouched = mixes.filter(({ mix }) => mix!.own.every((own) => own === 1));
  // Five standard deviations, and the boxes that are empty.
  t.true(untouched.length > 150 && untouched.length < 280);
  const alone = mixedViews(batchOf(0, 1, 2), { mixup: { alpha: 1 }, seed: 1 });
  t.deepEqual(alone.mix, { partners: Int32Array.of(0, 1), own: Float32Array.of(1, 1) });
});

test('shares are distributed as Beta(α, α)', (t) => {
  const many = 20_000;
  const critical = Math.sqrt(Math.log(2e5) / (2 * many));
  for (const [alpha, below] of [
    [0.5, (x: number) => (2 / Math.PI) * Math.asin(Math.sqrt(x))],
    [1, (x: number) => x],
    [2, (x: number) => 3 * x ** 2 - 2 * x ** 3],
  ] as const) {
    const random = seededRandom('mix-views.test', alpha);
    const drawn = Array.from({ length: many }, () => beta(random, alpha)).sort((a, b) => a - b);
    const farthest = Math.max(...drawn.map((x, at) => Math.abs(below(x) - (at + 0.5) / many)));
    t.true(farthest < critical, String(alpha));
  }
  const random = seededRandom('mix-views.test');
  t.true(Array.from({ length: 1000 }, () => beta(random, 1e-3)).every((x) => x >= 0 && x <= 1));
});

test('packing hands the mix on, padded, and a training step refuses it', async (t) => {
  const shape = { images: 3, views: 1, imageSize: size };
  const mixed = of(batchOf(0, 2, 1)).pipe(
    mixViews({ mixup: { alpha: 1 }, seed: 0 }),
    packBatch(shape),
  );
  const { mix } = await firstValueFrom(mixed);
  t.deepEqual([...mix!.partners], [1, 0, 2]);
  t.is(mix!.own[2], 1);
  const trainer: Trainer = {
    run: () => Promise.reject(new Error('was asked')),
  } as unknown as Trainer;
  const stepped = mixed.pipe(trainStep(trainer, { learningRate: () => 1 }));
  await t.throwsAsync(firstValueFrom(stepped), { code: 'ERR_CONTRACT', message: /`mixViews`/u });
});

test('options out of range are named', (t) => {
  const refused = (options: object, message: RegExp): void => {
    t.throws(() => mixViews({ seed: 0, ...options }), { instanceOf: RangeError, message });
  };
  refused({}, /`mixup` or `cutmix`/u);
  refused({ mixup: { alpha: 0 } }, /`mixup\.alpha` to be a number above 0/u);
  refused({ cutmix: { alpha: NaN } }, /`cutmix\.alpha`/u);
  refused({ mixup: { alpha: 1 }, probability: 2 }, /`probability`/u);
  refused({ mixup: { alpha: 1 }, seed: 0.5 }, /`seed`/u);
});
