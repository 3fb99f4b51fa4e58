import { informationBound, sharpInformationBound } from './information-bound.ts';
import type { LossReadouts } from '../types.ts';
import type { LossSumName } from './block-loss.ts';

/** The numbers of a sum by its name; vectors and matrices in row-major order. */
export type LossSumValues = (name: LossSumName) => ArrayLike<number>;

/** Names of every sum that read-outs are made of. */
export const lossSumNames: readonly LossSumName[] = [
  'loss',
  'anchors',
  'lone',
  'sincere',
  'supcon',
  'known',
  'right',
  'positivePairs',
  'repelledPairs',
  'repulsion',
  'attraction',
  'squaredDistances',
  'potential',
  'pairs',
  'contrasted',
  'logNegatives',
  'centre',
  'moments',
];

/** Below this, a float32 covariance is rounding only. */
const resolvedSpread = 1e-5;

/** Read-outs of a batch from its sums. */
export function lossReadouts(sums: LossSumValues): LossReadouts {
  const sum = (name: LossSumName): number => sums(name)[0]!;
  const overAnchors = (name: LossSumName): number => share(sum(name), sum('anchors'));
  const sincere = overAnchors('sincere');
  const { spread, effectiveRank } = shape(sums('centre'), sums('moments'), sum('known'));
  return {
    loss: overAnchors('loss'),
    sincere,
    supcon: overAnchors('supcon'),
    repelledShare: share(sum('repelledPairs'), sum('positivePairs')),
    repelledMass: share(sum('repulsion'), sum('attraction')),
    batchNearestAccuracy: share(sum('right'), sum('known')),
    anchorsWithoutPositive: sum('lone'),
    alignment: share(sum('squaredDistances'), sum('positivePairs')),
    uniformity: sum('pairs') === 0 ? 0 : Math.log(sum('potential') / sum('pairs')),
    spread,
    effectiveRank,
    ...bounds(sincere, sum('contrasted'), sum('logNegatives')),
  };
}

/** A loss below what float32 resolves counts as that much, so that the bounds stay finite and true. */
const smallestLoss = 2 ** -24;

/** Bounds on the divergence between classes; 0 where nothing was contrasted. */
function bounds(
  sincere: number,
  contrasted: number,
  logNegatives: number,
): Pick<LossReadouts, 'informationBound' | 'sharpInformationBound'> {
  if (contrasted === 0) return { informationBound: 0, sharpInformationBound: 0 };
  const loss = Math.max(sincere, smallestLoss);
  // The mean of the logarithms: both bounds are convex in it.
  const mean = logNegatives / contrasted;
  return {
    informationBound: informationBound(loss, mean),
    sharpInformationBound: sharpInformationBound(loss, mean),
  };
}

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

/** Spread and effective rank of rows of length 1 from their sums of first and second order. */
function shape(
  centre: ArrayLike<number>,
  moments: ArrayLike<number>,
  rows: number,
): Pick<LossReadouts, 'spread' | 'effectiveRank'> {
  if (rows === 0) return { spread: 0, effectiveRank: 0 };
  const size = centre.length;
  let trace = 0;
  let squares = 0;
  for (let i = 0; i < size; i += 1) {
    for (let j = 0; j < size; j += 1) {
      const covariance = moments[i * size + j]! / rows - (centre[i]! / rows) * (centre[j]! / rows);
      squares += covariance ** 2;
      if (i === j) trace += covariance;
    }
  }
  const spread = Math.max(0, trace);
  return { spread, effectiveRank: spread < resolvedSpread ? 0 : trace ** 2 / squares };
}
