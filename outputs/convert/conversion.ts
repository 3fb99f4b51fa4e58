/** Options of every conversion. */
export interface ConversionOptions {
  readonly signal?: AbortSignal | undefined;
  /** Told how many rows are done, after each batch. */
  readonly onRows?: ((rows: number) => void) | undefined;
}

/** A finished conversion. */
export interface ConversionReport {
  readonly path: string;
  readonly rows: number;
  readonly bytes: number;
}
