/** Options of every conversion. */
export interface ConversionOptions {
  readonly signal?: AbortSignal | undefined;
  /** Progress callback after each batch: rows done. */
  readonly onRows?: ((rows: number) => void) | undefined;
}

/** A finished conversion. */
export interface ConversionReport {
  readonly path: string;
  readonly rows: number;
  readonly bytes: number;
}
