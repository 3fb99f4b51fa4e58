import test from 'ava';
import { seededRandom } from '../../../operators/random.ts';
import { gaussianPair, linePair } from '../../../operators/theory/gaussian-pair.ts';
import { idealLoss } from '../../../operators/theory/ideal-loss.ts';
import { lossBound, sharpLossBound } from '../../../operators/theory/loss-bounds.ts';
import { drawnLoss } from '../../../operators/theory/drawn-loss.ts';
import { recordedLosses } from '../../helpers/recorded-losses.ts';

const pause = async (): Promise<void> => {};

for (const { divergence, negatives, loss } of recordedLosses) {
  test(`draws the recorded loss for J ${divergence}, |N| ${negatives}, above both bounds`, async (t) => {
    const random = seededRandom('test', divergence, negatives);
    const draws = negatives > 9 ? 1000 : 20_000;
    const options = { negatives, draws, pause };
    const { mean, standardError, count } = await drawnLoss(linePair(divergence), options, random);
    t.is(count, draws);
    // Both are drawn: five standard errors of ours, and two of the recorded ones. Where nothing varies
    // there remain four digits.
    const slack = 5 * standardError + (divergence === 0 ? 5.1e-5 : 0.04);
    t.true(Math.abs(mean - loss) <= slack, `${mean}`);
    t.true(mean >= lossBound(divergence, negatives) - 5 * standardError - 1e-9);
    t.true(mean >= sharpLossBound(divergence, negatives) - 5 * standardError - 1e-9);
  });
}

test('depends on J only, not on the dimensions it is spread over', async (t) => {
  const pair = gaussianPair({
    target: [1, 0],
    noise: [0, 1],
    factor: [
      [0.5, 0],
      [0.5, 2],
    ],
  });
  const options = { negatives: 9, draws: 4000, pause };
  const { mean, standardError } = await drawnLoss(pair, options, seededRandom('test', 'plane'));
  t.true(Math.abs(mean - idealLoss(pair.divergence, 9)) <= 5 * standardError, `${mean}`);
});

test('another score has a larger loss', async (t) => {
  const pair = linePair(2);
  for (const slope of [-1, 0, 0.5, 2]) {
    const score = (x: ArrayLike<number>): number => slope * pair.logRatio(x);
    const options = { negatives: 9, draws: 2000, score, pause };
    const { mean, standardError } = await drawnLoss(pair, options, seededRandom('test', slope));
    t.true(mean > idealLoss(2, 9) + 5 * standardError, `${slope}`);
  }
});

test('the same generator gives the same loss, and a pause that throws ends it', async (t) => {
  const draw = (how: () => Promise<void>): ReturnType<typeof drawnLoss> =>
    drawnLoss(linePair(1), { negatives: 5, draws: 50, pause: how }, seededRandom('a'));
  t.is((await draw(pause)).mean, (await draw(pause)).mean);
  await t.throwsAsync(
    draw(async () => {
      throw new Error('enough');
    }),
    { message: 'enough' },
  );
});
