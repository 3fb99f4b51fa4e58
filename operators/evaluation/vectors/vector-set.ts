/** Some rows of a set, one after the other. */
export interface VectorBlock {
  /** Position of the first row in the set. */
  readonly first: number;
  /** `[rows, dim]` float32. Borrowed until the next block is asked for. */
  readonly rows: Float32Array;
}

/**
 * Vectors with their classes, read a block at a time and as often as they are needed: a set may be larger than
 * memory. What it holds for a row is its class and what `id` needs.
 */
export interface VectorSet {
  /** Name in messages, such as its folder. */
  readonly name: string;
  /** Class names, each once; two sets may list them differently. */
  readonly classes: readonly string[];
  /** Rows; positions run from 0 to `count - 1`. */
  readonly count: number;
  /** Length of a row, 1 or more. */
  readonly dim: number;
  /** `[count]` int32 position in `classes`, -1 when unknown. */
  readonly labels: Int32Array;
  /** `[count, 32]` SHA-256 of the file of each image, zeros where it is unknown. @default unknown for all */
  readonly digests?: Uint8Array | undefined;
  /** Id of the image at a position. @throws {RangeError} When there is no such position. */
  id(position: number): string;
  /** All rows in order of position, from the start at every call. */
  blocks(): AsyncIterable<VectorBlock>;
}
