/** A file that was put right in memory. */
export interface RepairedFile {
  readonly bytes: Uint8Array;
  /** What was wrong with it, such as "it has no end-of-image marker"; empty when nothing was assumed that the standard leaves open. */
  readonly told: readonly string[];
}
