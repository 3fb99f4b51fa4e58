/** A set that a result was made of, as `summary.json` names it. */
export interface SetSource {
  readonly name: string;
  readonly rows: number;
  /** Null when unknown. */
  readonly modelHash: string | null;
  readonly datasetHash: string;
  /** SHA-256 in hex over ids and vectors of a file; null for an export, which the other hashes identify. */
  readonly contentHash: string | null;
  /** Rows that `exclude` left out; absent without it. */
  readonly excluded?: number | undefined;
  /** Rows that were left out: vectors that are not finite, have no length, or are missing. */
  readonly unusable: number;
}
