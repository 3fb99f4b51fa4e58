/**
 * Exponential moving average, corrected for its start: the weight of a value falls to 1/e over `span` of them. Values that
 * are not finite are passed over, and have none themselves.
 */
export function smoothed(values: ArrayLike<number>, span: number): Float64Array {
  const keep = Math.exp(-1 / Math.max(1e-9, span));
  const averages = new Float64Array(values.length);
  let [sum, weight] = [0, 0];
  for (let at = 0; at < values.length; at += 1) {
    const value = values[at]!;
    if (Number.isFinite(value)) {
      sum = keep * sum + (1 - keep) * value;
      weight = keep * weight + (1 - keep);
    }
    averages[at] = Number.isFinite(value) ? sum / weight : Number.NaN;
  }
  return averages;
}
