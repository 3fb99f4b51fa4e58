/** A row of a manifest, as far as its columns were chosen. */
export interface ManifestRow {
  /** Its line, or its number from 0 in a table. */
  readonly at: number;
  /** Its values in the order of the chosen columns; undefined where it has none. */
  readonly cells: readonly unknown[];
}

/** A manifest whose columns are known and whose rows are read once, in order. */
export interface ManifestRows {
  readonly columns: readonly string[];
  /** What a row is called in messages: `line 7`, or `row 7` of a table. */
  readonly unit: 'line' | 'row';
  /** Several classes of an image are a text with separators, as a format without lists has them. */
  readonly areTexts: boolean;
  /** Names of the classes that the numbers of a column stand for. */
  readonly classNames?: ((column: string) => readonly string[] | undefined) | undefined;
  /** The first row as text where it may be no header, for a message. */
  readonly first?: readonly string[] | undefined;
  /**
   * @param chosen Columns by name.
   * @throws {PipelineError} `ERR_DATASET`, naming manifest and row, when one cannot be read.
   */
  rows(chosen: readonly string[]): AsyncIterable<ManifestRow>;
  /** Closes what it is read from, also when not all rows were read. @default nothing is open */
  close?(): Promise<void>;
}
