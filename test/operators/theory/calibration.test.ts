import test from 'ava';
import { seededRandom } from '../../../operators/random.ts';
import { calibration, type Reliability } from '../../../operators/theory/calibration.ts';
import { type GaussianPair, linePair } from '../../../operators/theory/gaussian-pair.ts';

const size = { count: 6, targets: 3, draws: 4000, pause: async (): Promise<void> => {} };
const isKept = ({ difference }: Reliability): boolean =>
  Math.abs(difference.mean) <= 5 * difference.standardError;

test('the posterior keeps its word', async (t) => {
  const options = { ...size, otherTargets: 'left out' } as const;
  const { mean, accuracy } = await calibration(linePair(2), options, seededRandom('test', 1));
  t.true(isKept(mean));
  t.true(isKept(accuracy));
  t.is(mean.found.count, size.draws);
});

test('shares of what SupCon sums over do not', async (t) => {
  const options = { ...size, otherTargets: 'kept' } as const;
  const { mean } = await calibration(linePair(2), options, seededRandom('test', 2));
  t.false(isKept(mean));
});

test('nor does a posterior of the wrong ratio', async (t) => {
  const right = linePair(2);
  const wrong: GaussianPair = { ...right, logRatio: (x) => 2 * right.logRatio(x) };
  const options = { ...size, otherTargets: 'left out' } as const;
  const { mean, accuracy } = await calibration(wrong, options, seededRandom('test', 3));
  t.false(isKept(mean));
  t.false(isKept(accuracy));
});
