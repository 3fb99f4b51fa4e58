import { eachTile, type LaneShare } from '../../evaluation/vectors/lanes.ts';
import { evenWidth, tileProducts, tileRows } from '../../evaluation/vectors/tile-products.ts';

/** Losses of some rows against a support. All arrays are in shared memory. */
export interface RowLossesRequest extends LaneShare {
  /** `[count, dim]` float32 unit rows. */
  readonly rows: Float32Array;
  readonly count: number;
  readonly dim: number;
  /** `[count]` class of each row, -1 when unknown. */
  readonly labels: Int32Array;
  /** `[count]` place of the row itself in the support, -1 when it is not there. */
  readonly selves: Int32Array;
  /** `[supportCount, dim]` float32 unit rows. */
  readonly support: Float32Array;
  /** `[supportCount]` class of each, 0 or more. */
  readonly supportLabels: Int32Array;
  readonly temperature: number;
  /** `[count]` out: nats, NaN where there is no positive. */
  readonly losses: Float64Array;
}

/**
 * SINCERE loss of each row as an anchor against all of a support but itself, in float64.
 *
 * `mean over positives p of log(1 + Σₙ exp((sₙ − sₚ) / temperature))`, n over rows of other classes. Summed in the
 * order of the support, so that it is a function of the rows alone. Memory: 32 products for each row of the support.
 *
 * @see Feeney and Hughes, arXiv:2309.14277.
 */
export function rowLossesWork(request: RowLossesRequest): void {
  const { rows, dim, support, supportLabels } = request;
  const count = supportLabels.length;
  const starts = Int32Array.from({ length: count }, (_, at) => at * dim);
  const weights = new Float64Array(tileRows * dim);
  const products = new Float64Array((count + 1) * tileRows);
  eachTile(request, 0, request.count, (_lane, first, own) => {
    const width = evenWidth(own);
    weights.fill(0).set(rows.subarray(first * dim, (first + own) * dim));
    tileProducts({ rows: support, starts, count, dim }, weights, width, products);
    for (let at = 0; at < own; at += 1) {
      request.losses[first + at] = lossOf(request, first + at, { products, at, width });
    }
  });
}

interface ProductColumn {
  /** `[supportCount, width]`. */
  readonly products: Float64Array;
  readonly at: number;
  readonly width: number;
}

function lossOf(
  { labels, selves, supportLabels, temperature }: RowLossesRequest,
  row: number,
  { products, at, width }: ProductColumn,
): number {
  const [label, self] = [labels[row]!, selves[row]!];
  const others = supportLabels.length;
  let most = -Infinity;
  for (let i = 0; i < others; i += 1) {
    if (supportLabels[i] !== label) most = Math.max(most, products[i * width + at]!);
  }
  let negatives = 0;
  for (let i = 0; i < others; i += 1) {
    if (supportLabels[i] === label) continue;
    negatives += Math.exp((products[i * width + at]! - most) / temperature);
  }
  let [sum, positives] = [0, 0];
  for (let i = 0; i < others; i += 1) {
    if (supportLabels[i] !== label || i === self) continue;
    positives += 1;
    if (negatives > 0) {
      const gap = (most - products[i * width + at]!) / temperature + Math.log(negatives);
      sum += Math.max(0, gap) + Math.log1p(Math.exp(-Math.abs(gap)));
    }
  }
  return label < 0 ? NaN : sum / positives;
}
