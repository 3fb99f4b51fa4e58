import { atLeastOne } from '../../out-of-range.ts';

/** Bins of a histogram. */
export interface HistogramOptions {
  /** Bins of equal width, 1 or more. @default 100 */
  readonly bins?: number | undefined;
  /** Start of the first bin. @default -0.1 */
  readonly from?: number | undefined;
  /** End of the last bin, above `from`. @default 1 */
  readonly to?: number | undefined;
}

/** Normalised histogram: shares of all values, which add up to 1. */
export interface Histogram {
  /** `[bins + 1]` ascending. A bin holds its start and not its end; the last holds both. */
  readonly edges: Float64Array;
  /** `[bins]` */
  readonly shares: Float64Array;
  /** Share of values below the first bin. */
  readonly below: number;
  /** Share of values above the last bin. */
  readonly above: number;
  /** Values. */
  readonly count: number;
}

/**
 * Normalised histogram of values. Those outside the bins are counted beside them, not in the bins at the ends.
 *
 * @returns Without values all shares are 0.
 * @throws {RangeError} When an option is out of its range or a value is not a number.
 * @see numpy `histogram`; defaults as in tufts-ml/SupContrast `embed_stats.py`.
 */
export function histogram(
  values: ArrayLike<number>,
  { bins = 100, from = -0.1, to = 1 }: HistogramOptions = {},
): Histogram {
  atLeastOne('bins', bins);
  if (!(from < to && Number.isFinite(to - from))) {
    throw new RangeError(`Expected \`to\` to be above \`from\`, ${from}, got \`${to}\``);
  }
  const edges = Float64Array.from({ length: bins + 1 }, (_, at) =>
    at === bins ? to : from + (at * (to - from)) / bins,
  );
  const counts = new Float64Array(bins);
  let [below, above] = [0, 0];
  for (let at = 0; at < values.length; at += 1) {
    const value = values[at]!;
    if (Number.isNaN(value)) throw new RangeError('Expected values to be numbers, got `NaN`');
    if (value < from) below += 1;
    else if (value > to) above += 1;
    else counts[binOf(value, edges)]! += 1;
  }
  const count = values.length;
  const share = (part: number): number => (count === 0 ? 0 : part / count);
  return { edges, shares: counts.map(share), below: share(below), above: share(above), count };
}

/** Dividing may round across an edge; the edges themselves decide. */
function binOf(value: number, edges: Float64Array): number {
  const bins = edges.length - 1;
  const [from, to] = [edges[0]!, edges[bins]!];
  let bin = Math.min(bins - 1, Math.floor(((value - from) / (to - from)) * bins));
  if (value < edges[bin]!) bin -= 1;
  else if (bin < bins - 1 && value >= edges[bin + 1]!) bin += 1;
  return bin;
}
