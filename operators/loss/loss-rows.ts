/** Rows whose loss is wanted. */
export interface LossRows {
  /** `[n, size]` row-major, L2-normalised rows. Borrowed. */
  readonly z: Float32Array;
  readonly size: number;
  /** `[n]` class ids, -1 for rows to leave out. Borrowed. */
  readonly labels: Int32Array;
  /** `[n]`: 1 for rows that may be anchors. Borrowed. @default all */
  readonly anchorMask?: Float32Array | undefined;
}
