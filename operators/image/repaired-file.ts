/** A file that was put right in memory. */
export interface RepairedFile {
  readonly bytes: Uint8Array;
  /** What was wrong with it, each to follow "it is JPEG:"; empty when nothing was assumed that the standard leaves open. */
  readonly told: readonly string[];
}
