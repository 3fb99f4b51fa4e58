import type { VectorBlock, VectorSet } from './vector-set.ts';

/** Vectors that are all in memory. */
export interface VectorsInMemory {
  /** Name in messages. */
  readonly name: string;
  /** Class names, each once. */
  readonly classes: readonly string[];
  /** `[count]` id of each row. */
  readonly ids: readonly string[];
  /** `[count]` int32 position in `classes`, -1 when unknown. Borrowed. */
  readonly labels: Int32Array;
  /** Length of a row, 1 or more. */
  readonly dim: number;
  /** `[count, dim]` float32. Borrowed. */
  readonly rows: Float32Array;
}

/**
 * Vector set over arrays in memory, read in blocks of `blockRows` rows.
 *
 * @throws {RangeError} When sizes disagree.
 * @example
 * ```ts
 * const images = { classes: ['cat', 'dog'], ids: ['a', 'b', 'c'], labels: Int32Array.of(0, 0, 1) };
 * const rows = Float32Array.of(1, 0, 0.8, 0.6, 0, 1); // three rows of length 1
 * const set = vectorsInMemory({ name: 'three', ...images, dim: 2, rows });
 * ```
 */
export function vectorsInMemory(
  { name, classes, ids, labels, dim, rows }: VectorsInMemory,
  blockRows = 8192,
): VectorSet {
  const count = ids.length;
  if (labels.length !== count || rows.length !== count * dim) {
    throw new RangeError(
      `Expected \`${name}\` to have a label and ${dim} numbers for each of ${count} ids, ` +
        `got \`${labels.length}\` labels and \`${rows.length}\` numbers`,
    );
  }
  return {
    name,
    classes,
    count,
    dim,
    labels,
    id(position) {
      const id = ids[position];
      if (id !== undefined) return id;
      throw new RangeError(
        `Expected a position from 0 to ${count - 1} in \`${name}\`, got \`${position}\``,
      );
    },
    async *blocks(): AsyncGenerator<VectorBlock> {
      for (let first = 0; first < count; first += blockRows) {
        yield { first, rows: rows.subarray(first * dim, (first + blockRows) * dim) };
      }
    },
  };
}
