import type { LabelledPoints, SimplexLoss } from './simplex.ts';

/**
 * Naive reference of SINCERE and SupCon, pair after pair in float64: a second opinion on the losses
 * that train. The mean over anchors of the mean over positives of `log(∑ exp(s)) − sᵢₚ`; the sum
 * runs over the positive and the negatives for SINCERE, over all other rows for SupCon.
 *
 * @param temperature Divides the cosines; above 0.
 * @returns Nats. NaN when some row has no positive.
 */
export function plainLoss(
  loss: SimplexLoss,
  { rows, labels }: LabelledPoints,
  temperature: number,
): number {
  const all = [...rows.keys()];
  const ofAnchor = (anchor: number): number => {
    const similarity = rows.map((row) => dot(rows[anchor]!, row) / temperature);
    const others = all.filter((other) => other !== anchor);
    const positives = others.filter((other) => labels[other] === labels[anchor]);
    const negatives = others.filter((other) => labels[other] !== labels[anchor]);
    const terms = positives.map((positive) => {
      const denominator = loss === 'sincere' ? [positive, ...negatives] : others;
      const ahead = denominator.map((other) => similarity[other]! - similarity[positive]!);
      return logSumExp(ahead);
    });
    return mean(terms);
  };
  return mean(all.map(ofAnchor));
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, axis) => sum + value * b[axis]!, 0);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function logSumExp(values: readonly number[]): number {
  const largest = Math.max(...values);
  return largest + Math.log(values.reduce((sum, value) => sum + Math.exp(value - largest), 0));
}
