import type { MapPoints } from './map-points.ts';

const side = 256;

/** Index of the points of a map by cells of a grid. */
export interface PointGrid {
  /** The nearest point that is shown within a distance; -1 for none. */
  nearest(x: number, y: number, reach: number, shown: Uint8Array): number;
}

/** Sorts points into cells (counting sort). */
export function pointGrid({ count, x, y, labels }: MapPoints): PointGrid {
  const cellOf = (value: number): number =>
    Math.min(side - 1, Math.max(0, Math.floor(value * side)));
  const starts = new Uint32Array(side * side + 1);
  const cells = new Uint32Array(count);
  for (let at = 0; at < count; at += 1) {
    cells[at] = cellOf(y[at]!) * side + cellOf(x[at]!);
    starts[cells[at]! + 1]! += 1;
  }
  for (let cell = 0; cell < side * side; cell += 1) starts[cell + 1]! += starts[cell]!;
  const next = starts.slice();
  const sorted = new Uint32Array(count);
  for (let at = 0; at < count; at += 1) {
    sorted[next[cells[at]!]!] = at;
    next[cells[at]!]! += 1;
  }
  return {
    nearest(px, py, reach, shown) {
      let [best, least] = [-1, reach * reach];
      for (let row = cellOf(py - reach); row <= cellOf(py + reach); row += 1) {
        const from = starts[row * side + cellOf(px - reach)]!;
        const to = starts[row * side + cellOf(px + reach) + 1]!;
        for (let at = from; at < to; at += 1) {
          const point = sorted[at]!;
          const squared = (x[point]! - px) ** 2 + (y[point]! - py) ** 2;
          if (squared > least || shown[labels[point]!] === 0) continue;
          [best, least] = [point, squared];
        }
      }
      return best;
    },
  };
}
