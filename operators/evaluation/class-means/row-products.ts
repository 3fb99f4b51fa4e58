import { availableCores } from '../../threads/available-cores.ts';
import { sharedFloat32, sharedFloat64 } from '../../threads/shared-memory.ts';
import { openWorkPool } from '../../threads/work-pool.ts';
import { tileRows } from '../vectors/tile-products.ts';
import type { VectorSet } from '../vectors/vector-set.ts';
import type { PassOptions } from './class-sums.ts';
import { type RowProductsRequest, rowProductsWork } from './row-products-work.ts';

/** One row with its products. All are borrowed. */
export interface RowProducts {
  readonly position: number;
  /** `[dim]` float32. */
  readonly row: Float32Array;
  /** `[width]` float64 dot products of the row with each vector. */
  readonly products: Float64Array;
}

/** Options of a pass whose work threads share. */
export interface SharedPassOptions extends PassOptions {
  /** Worker threads; 0 computes on the calling thread. The result does not depend on it. @default all cores, or 0 for little work */
  readonly threads?: number | undefined;
}

/** Below this many multiplications, starting threads costs more than it saves. */
const worthThreads = 2 ** 30;

/** Bytes of the products of some rows, unless those of one tile are more. */
const productBytes = 2 ** 25;

/**
 * Dot products of each row of a set with some vectors, in float64 and in the order of the dimensions. Reads the set once.
 *
 * Memory: the vectors once more, and products of 32 MiB, or of 32 rows.
 *
 * @param vectors `[width, dim]` float64, width even: see `ClassVectors`.
 * @param take Called for each row, in order.
 * @throws {PipelineError} `ERR_ENGINE` when a thread failed.
 * @throws The reason of `signal`, when it aborts first.
 */
export async function rowProducts(
  set: VectorSet,
  vectors: Float64Array,
  take: (row: RowProducts) => void,
  { threads, onProgress, signal }: SharedPassOptions = {},
): Promise<void> {
  const { dim, count } = set;
  const width = vectors.length / dim;
  const isLittle = count * vectors.length < worthThreads;
  const most = Math.max(1, Math.floor(productBytes / (8 * Math.max(1, width) * tileRows)));
  const size = tileRows * Math.min(most, Math.ceil(count / tileRows));
  const [rows, products] = [sharedFloat32(size * dim), sharedFloat64(size * width)];
  const shared = { rows, products, dim, vectors: sharedFloat64(vectors.length) };
  shared.vectors.set(vectors);
  const pool = openWorkPool<RowProductsRequest, void>({
    module: new URL('row-products-worker.ts', import.meta.url),
    work: rowProductsWork,
    maxWorkers: Math.max(1, size / tileRows),
    threads: threads ?? (isLittle ? 0 : availableCores()),
    signal,
  });
  let [first, filled] = [0, 0];
  const multiply = async (): Promise<void> => {
    signal?.throwIfAborted();
    const workers = pool.size;
    const request = { ...shared, count: filled, workers, lanes: workers };
    await pool.request((worker) => ({ ...request, worker }));
    for (let at = 0; at < filled; at += 1) {
      const row = rows.subarray(at * dim, (at + 1) * dim);
      take({
        position: first + at,
        row,
        products: products.subarray(at * width, (at + 1) * width),
      });
    }
    first += filled;
    filled = 0;
    onProgress?.(first);
  };
  try {
    for await (const block of set.blocks()) {
      for (let from = 0; from < block.rows.length;) {
        const some = Math.min(block.rows.length - from, (size - filled) * dim);
        rows.set(block.rows.subarray(from, from + some), filled * dim);
        filled += some / dim;
        from += some;
        if (filled === size) await multiply();
      }
    }
    if (filled > 0) await multiply();
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    await pool.close();
  }
}
