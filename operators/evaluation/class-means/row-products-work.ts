import { eachTile, type LaneShare } from '../vectors/lanes.ts';
import { tileProducts, tileRows } from '../vectors/tile-products.ts';

/** Some rows to be multiplied. All arrays are in shared memory. */
export interface RowProductsRequest extends LaneShare {
  /** `[count, dim]` float32. */
  readonly rows: Float32Array;
  readonly count: number;
  readonly dim: number;
  /** `[width, dim]` float64, width even. */
  readonly vectors: Float64Array;
  /** `[count, width]` float64 out. */
  readonly products: Float64Array;
}

/** Multiplies the tiles of one thread. Memory: a tile of products. */
export function rowProductsWork(request: RowProductsRequest): void {
  const { rows, count, dim, vectors, products } = request;
  const width = vectors.length / dim;
  const out = new Float64Array((tileRows + 1) * width);
  const starts = new Int32Array(tileRows);
  eachTile(request, 0, count, (_lane, first, own) => {
    for (let at = 0; at < own; at += 1) starts[at] = (first + at) * dim;
    tileProducts({ rows, starts, count: own, dim }, vectors, width, out);
    products.set(out.subarray(0, own * width), first * width);
  });
}
