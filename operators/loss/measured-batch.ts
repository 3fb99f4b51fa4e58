import type { LossSumName } from './loss-sums.ts';
import { informationBound, sharpInformationBound } from './information-bound.ts';

/** The numbers of a sum by its name; vectors and matrices in row-major order. */
export type LossSumValues = (name: LossSumName) => ArrayLike<number>;

/** Statistics of a set that its read-outs are computed from, and that some of them share. */
export interface MeasuredBatch {
  /** A sum over all rows that is one number. */
  readonly sum: (name: LossSumName) => number;
  /** One sum over another; NaN over nothing. */
  readonly share: (part: LossSumName, whole: LossSumName) => number;
  /** The mean over anchors that have a positive; NaN without any. */
  readonly overAnchors: (name: LossSumName) => number;
  readonly spread: number;
  readonly effectiveRank: number;
  readonly informationBound: number;
  readonly sharpInformationBound: number;
}

/** A set, measured by the sums over its rows. */
export function measuredBatch(sums: LossSumValues): MeasuredBatch {
  const sum = (name: LossSumName): number => sums(name)[0]!;
  const share = (part: LossSumName, whole: LossSumName): number =>
    sum(whole) === 0 ? Number.NaN : sum(part) / sum(whole);
  const overAnchors = (name: LossSumName): number => share(name, 'anchors');
  return {
    sum,
    share,
    overAnchors,
    ...shape(sums('centre'), sums('moments'), sum('known')),
    ...bounds(overAnchors('sincere'), sum('contrasted'), sum('logNegatives')),
  };
}

/** A loss below what float32 resolves counts as that much, so that the bounds stay finite and true. */
const smallestLoss = 2 ** -24;

/** Bounds on the divergence between classes; NaN where nothing was contrasted. */
function bounds(
  sincere: number,
  contrasted: number,
  logNegatives: number,
): Pick<MeasuredBatch, 'informationBound' | 'sharpInformationBound'> {
  if (contrasted === 0) return { informationBound: Number.NaN, sharpInformationBound: Number.NaN };
  const loss = Math.max(sincere, smallestLoss);
  // The mean of the logarithms: both bounds are convex in it.
  const mean = logNegatives / contrasted;
  return {
    informationBound: informationBound(loss, mean),
    sharpInformationBound: sharpInformationBound(loss, mean),
  };
}

/** Below this, a float32 covariance is rounding only. */
const resolvedSpread = 1e-5;

/** Spread and effective rank of rows of length 1 from their sums of first and second order. */
function shape(
  centre: ArrayLike<number>,
  moments: ArrayLike<number>,
  rows: number,
): Pick<MeasuredBatch, 'spread' | 'effectiveRank'> {
  if (rows === 0) return { spread: Number.NaN, effectiveRank: Number.NaN };
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
