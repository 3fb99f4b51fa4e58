import type { LinePoints } from './line-chart.ts';

/**
 * At most `most` points of a long line that look the same: of each of equal stretches the first, the lowest, the highest
 * and the last, so that no extreme is lost. Points that are not finite are kept once a stretch, as the gap that they are.
 *
 * @param most Points, 8 or more. Lines that have no more are returned as they are.
 * @see Jugel et al., "M4: A Visualization-Oriented Time Series Data Aggregation", VLDB 2014.
 */
export function downsampled({ x, y }: LinePoints, most: number): LinePoints {
  if (x.length <= most) return { x, y };
  const stretches = Math.floor(most / 5);
  const kept: number[] = [];
  for (let stretch = 0; stretch < stretches; stretch += 1) {
    const from = Math.floor((stretch * x.length) / stretches);
    const to = Math.floor(((stretch + 1) * x.length) / stretches);
    kept.push(...keptOf(y, from, to));
  }
  return { x: kept.map((at) => x[at]!), y: kept.map((at) => y[at]!) };
}

/** Positions to keep of a stretch, ascending. */
function keptOf(y: ArrayLike<number>, from: number, to: number): readonly number[] {
  let [low, high, gap] = [from, from, -1];
  for (let at = from; at < to; at += 1) {
    const value = y[at]!;
    if (!Number.isFinite(value)) gap = at;
    else {
      if (!(y[low]! <= value)) low = at;
      if (!(y[high]! >= value)) high = at;
    }
  }
  const kept = new Set([from, low, high, to - 1, ...(gap < 0 ? [] : [gap])]);
  return [...kept].sort((a, b) => a - b);
}
