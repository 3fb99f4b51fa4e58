import type { LinePoints } from './line-chart.ts';

/**
 * A curve with fewer points, such that no point left out is further than `tolerance` from the line that is drawn.
 *
 * @see Douglas and Peucker, "Algorithms for the reduction of the number of points", 1973.
 */
export function simplified({ x, y }: LinePoints, tolerance: number): LinePoints {
  const last = x.length - 1;
  if (last < 2) return { x, y };
  const kept = new Set([0, last]);
  const open: [from: number, to: number][] = [[0, last]];
  for (let span = open.pop(); span !== undefined; span = open.pop()) {
    const [from, to] = span;
    let [furthest, distance] = [-1, tolerance];
    for (let at = from + 1; at < to; at += 1) {
      const off = distanceTo(x, y, from, to, at);
      if (off > distance) [furthest, distance] = [at, off];
    }
    if (furthest < 0) continue;
    kept.add(furthest);
    open.push([from, furthest], [furthest, to]);
  }
  const places = [...kept].sort((a, b) => a - b);
  return { x: places.map((at) => x[at]!), y: places.map((at) => y[at]!) };
}

/** Distance of a point to the stretch of line between two others. */
function distanceTo(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  from: number,
  to: number,
  at: number,
): number {
  const [dx, dy] = [x[to]! - x[from]!, y[to]! - y[from]!];
  const [px, py] = [x[at]! - x[from]!, y[at]! - y[from]!];
  const square = dx * dx + dy * dy;
  const along = square === 0 ? 0 : Math.min(1, Math.max(0, (px * dx + py * dy) / square));
  return Math.hypot(px - along * dx, py - along * dy);
}
