import type { SupportBlock } from './support-block.ts';

/** Some queries, for one thread. */
export interface QueryShare {
  /** `[count, dim]` float32, in shared memory. */
  readonly rows: Float32Array;
  /** `[count]` class, -1 when unknown. */
  readonly labels: Int32Array;
  /** `[count]` position in the support of the query itself, which it is not compared with; -1 when it is not there. */
  readonly selves: Int32Array;
}

/** Compares shares of queries with a support that comes block by block. */
export interface Search<Result> {
  /** Takes queries, instead of those before. */
  start(share: QueryShare): void;
  /** Compares them with the next block. */
  add(block: SupportBlock): Promise<void>;
  /** The result, handed over. */
  result(): Result;
}

/** Lower bound of a class in ascending `labels`: the first that is not below. */
export function firstOfClass(labels: Int32Array, label: number): number {
  let [low, high] = [0, labels.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (labels[middle]! < label) low = middle + 1;
    else high = middle;
  }
  return low;
}
