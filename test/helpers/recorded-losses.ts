const negatives = [1, 9, 99, 999] as const;

/**
 * The ideal loss of equal-covariance Gaussians in nats, for each J and, across, 1, 9, 99 and 999 negatives,
 * as another program of ours drew it once: float64, four digits, standard errors of 0.02 or less.
 */
const byDivergence = `
  0    0.6931  2.3026  4.6052  6.9078
  0.5  0.5818  2.0854  4.3608  6.6556
  1    0.4933  1.8789  4.1105  6.4033
  2    0.3584  1.5168  3.6350  5.8986
  4    0.1926  0.9612  2.7526  4.9242
  8    0.0617  0.3688  1.4199  3.1508`;

/** A cell of the recorded table. */
export interface RecordedLoss {
  readonly divergence: number;
  readonly negatives: number;
  readonly loss: number;
}

export const recordedLosses: readonly RecordedLoss[] = byDivergence
  .trim()
  .split('\n')
  .flatMap((line) => {
    const [divergence = Number.NaN, ...losses] = line.trim().split(/ +/u).map(Number);
    return losses.map((loss, at) => ({ divergence, negatives: negatives[at]!, loss }));
  });
