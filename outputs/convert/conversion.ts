/** Options of every conversion. */
export interface ConversionOptions {
  readonly signal?: AbortSignal | undefined;
  /** Progress callback after each batch: rows done. */
  readonly onRows?: ((rows: number) => void) | undefined;
}

/** Options of a conversion that may leave something out, or repair it. */
export interface NotedConversion extends ConversionOptions {
  /** Told what a person should know of the result, with the options of the library that it names. @default nobody */
  readonly onNote?: ((text: string, options?: readonly string[]) => void) | undefined;
}

/** A finished conversion. */
export interface ConversionReport {
  readonly path: string;
  readonly rows: number;
  readonly bytes: number;
}
