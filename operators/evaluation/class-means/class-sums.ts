import type { VectorSet } from '../vectors/vector-set.ts';

/** Sums of the rows of each class. */
export interface ClassSums {
  /** `[classes]` int32 rows of each class. */
  readonly counts: Int32Array;
  /** `[classes, dim]` float64, zeros for a class without rows. */
  readonly sums: Float64Array;
}

/** Options of a pass over a set. */
export interface PassOptions {
  /** Progress callback: rows so far. */
  readonly onProgress?: ((rows: number) => void) | undefined;
  /** Aborts between two blocks. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Class sums: those of the rows of each class in float64, one after the other, whatever the blocks. Rows without a class
 * are in none. Reads the set once.
 *
 * Memory: the sums.
 *
 * @throws The reason of `signal`, when it aborts first.
 */
export async function classSums(
  set: VectorSet,
  { onProgress, signal }: PassOptions = {},
): Promise<ClassSums> {
  const { dim, labels } = set;
  const counts = new Int32Array(set.classes.length);
  const sums = new Float64Array(counts.length * dim);
  for await (const { first, rows } of set.blocks()) {
    signal?.throwIfAborted();
    const count = rows.length / dim;
    for (let row = 0; row < count; row += 1) {
      const label = labels[first + row]!;
      if (label < 0) continue;
      counts[label]! += 1;
      const to = label * dim;
      for (let d = 0; d < dim; d += 1) sums[to + d]! += rows[row * dim + d]!;
    }
    onProgress?.(first + count);
  }
  return { counts, sums };
}
