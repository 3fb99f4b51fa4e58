/** Options of a comparison of queries with a support set. */
export interface ComparisonOptions {
  /** Leave-one-out: both sets hold the same rows, and none is compared with itself. @default false */
  readonly leaveOneOut?: boolean | undefined;
  /** Worker threads; 0 computes on the calling thread. @default all cores, or 0 for small sets */
  readonly threads?: number | undefined;
  /**
   * Maximum memory for queries and what is kept of them at one time, in megabytes (10⁶ bytes): the support is read once
   * for every group of queries that fits. @default 256
   */
  readonly memoryMb?: number | undefined;
  /** Aborts the comparison at once. */
  readonly signal?: AbortSignal | undefined;
  /** Progress callback after each block of support: queries done, a part of the current group included. */
  readonly onProgress?: ((queries: number) => void) | undefined;
}
