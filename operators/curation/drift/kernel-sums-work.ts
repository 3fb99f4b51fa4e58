import { eachTile, type LaneShare } from '../../evaluation/vectors/lanes.ts';
import {
  addTileOuter,
  evenWidth,
  tileProducts,
  tileRows,
} from '../../evaluation/vectors/tile-products.ts';

/** Kernel sums of one group of rows. All arrays are in shared memory. */
export interface KernelSumsRequest extends LaneShare {
  /** `[count, dim]` float32. */
  readonly rows: Float32Array;
  readonly count: number;
  readonly dim: number;
  /** Width of the Gaussian kernel: `exp(−‖x − y‖² / (2 bandwidth²))`. */
  readonly bandwidth: number;
  /** `[count, columns]` 1 where a column gives the row to NEW, else 0. */
  readonly sides: Float32Array;
  readonly columns: number;
  /** `[lanes, columns]` the sum of the kernel over pairs of different rows of NEW, each pair once. */
  readonly within: Float64Array;
  /** `[lanes, count]` the sum of the kernel of each row with all others. */
  readonly rowSums: Float64Array;
}

/**
 * One pass over the kernel matrix for all relabellings: a tile of it is made once and multiplied with the sides of all
 * columns, `within[r] = Σ_{j<i} sᵢᵣ kᵢⱼ sⱼᵣ`. Each pair of rows is met once.
 *
 * A thread takes the tiles of its lanes. Memory: `[32, columns]` float64, and 32 rows.
 */
export function kernelSumsWork(request: KernelSumsRequest): void {
  const { rows, count, dim, sides, columns, within, rowSums, lanes } = request;
  const { worker, workers } = request;
  for (let lane = worker; lane < lanes; lane += workers) {
    within.fill(0, lane * columns, (lane + 1) * columns);
    rowSums.fill(0, lane * count, (lane + 1) * count);
  }
  const squares = squaredLengths(rows, count, dim);
  const weights = new Float64Array(tileRows * dim);
  const kernel = new Float64Array((tileRows + 1) * tileRows);
  const sums = new Float64Array(tileRows * columns);
  const starts = new Int32Array(tileRows);
  const sideStarts = new Int32Array(tileRows);
  eachTile(request, 0, count, (lane, first, own) => {
    const width = evenWidth(own);
    weights.fill(0).set(rows.subarray(first * dim, (first + own) * dim));
    sums.fill(0);
    const ownRowSums = rowSums.subarray(lane * count, (lane + 1) * count);
    for (let other = 0; other <= first; other += tileRows) {
      const others = Math.min(tileRows, count - other);
      for (let at = 0; at < others; at += 1) {
        starts[at] = (other + at) * dim;
        sideStarts[at] = (other + at) * columns;
      }
      tileProducts({ rows, starts, count: others, dim }, weights, width, kernel);
      const tile = { first, own, other, others, width };
      toKernel(kernel, tile, squares, request.bandwidth, ownRowSums);
      addTileOuter(
        { rows: sides, starts: sideStarts, count: others, dim: columns },
        kernel,
        width,
        sums,
      );
    }
    const to = within.subarray(lane * columns, (lane + 1) * columns);
    for (let at = 0; at < own; at += 1) {
      const side = (first + at) * columns;
      for (let c = 0; c < columns; c += 1) to[c]! += sides[side + c]! * sums[at * columns + c]!;
    }
  });
}

interface KernelTile {
  readonly first: number;
  readonly own: number;
  readonly other: number;
  readonly others: number;
  readonly width: number;
}

/** Products become values of the kernel, 0 for pairs that another place has; their sums go to both rows. */
function toKernel(
  kernel: Float64Array,
  { first, own, other, others, width }: KernelTile,
  squares: Float64Array,
  bandwidth: number,
  rowSums: Float64Array,
): void {
  const scale = -1 / (2 * bandwidth * bandwidth);
  for (let at = 0; at < others; at += 1) {
    for (let mine = 0; mine < width; mine += 1) {
      const place = at * width + mine;
      const [i, j] = [first + mine, other + at];
      if (mine >= own || j >= i) {
        kernel[place] = 0;
        continue;
      }
      // Of equal rows rounding may leave less than 0.
      const square = Math.max(0, squares[i]! + squares[j]! - 2 * kernel[place]!);
      const value = Math.exp(scale * square);
      kernel[place] = value;
      rowSums[i]! += value;
      rowSums[j]! += value;
    }
  }
}

function squaredLengths(rows: Float32Array, count: number, dim: number): Float64Array {
  return Float64Array.from({ length: count }, (_, row) => {
    let square = 0;
    for (let at = row * dim; at < (row + 1) * dim; at += 1) square += rows[at]! * rows[at]!;
    return square;
  });
}
