import { tileProducts, tileRows } from '../vectors/tile-products.ts';
import type { VectorSet } from '../vectors/vector-set.ts';
import type { PassOptions } from './class-sums.ts';

/** One row with its products. All are borrowed. */
export interface RowProducts {
  readonly position: number;
  /** `[dim]` float32. */
  readonly row: Float32Array;
  /** `[width]` float64 dot products of the row with each vector. */
  readonly products: Float64Array;
}

/**
 * Dot products of each row of a set with some vectors, in float64 and in the order of the dimensions. Reads the set once.
 *
 * Memory: a tile of products.
 *
 * @param vectors `[width, dim]` float64, width even: see `ClassVectors`.
 * @param take Called for each row, in order.
 * @throws The reason of `signal`, when it aborts first.
 */
export async function rowProducts(
  set: VectorSet,
  vectors: Float64Array,
  take: (row: RowProducts) => void,
  { onProgress, signal }: PassOptions = {},
): Promise<void> {
  const { dim } = set;
  const width = vectors.length / dim;
  const out = new Float64Array((tileRows + 1) * width);
  const starts = new Int32Array(tileRows);
  for await (const { first, rows } of set.blocks()) {
    const count = rows.length / dim;
    for (let from = 0; from < count; from += tileRows) {
      signal?.throwIfAborted();
      const tile = Math.min(tileRows, count - from);
      for (let at = 0; at < tile; at += 1) starts[at] = (from + at) * dim;
      tileProducts({ rows, starts, count: tile, dim }, vectors, width, out);
      for (let at = 0; at < tile; at += 1) {
        const row = rows.subarray((from + at) * dim, (from + at + 1) * dim);
        const products = out.subarray(at * width, (at + 1) * width);
        take({ position: first + from + at, row, products });
      }
    }
    onProgress?.(first + count);
  }
}
