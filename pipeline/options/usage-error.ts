/**
 * Options that cannot be run with: the caller's mistake, found before anything was opened or written.
 *
 * @example
 * ```ts
 * try {
 *   await train({ data: 'photos', out: 'runs/a', epochs: -1 });
 * } catch (error) {
 *   if (!(error instanceof UsageError)) throw error;
 *   console.error(error.message); // names `epochs`, and what it may be
 * }
 * ```
 */
export class UsageError extends Error {
  /** Options of the library that the message names, each in backticks. */
  readonly options: readonly string[];

  static {
    this.prototype.name = 'UsageError';
  }

  constructor(
    message: string,
    { options = [], ...rest }: ErrorOptions & { readonly options?: readonly string[] } = {},
  ) {
    super(message, rest);
    this.options = options;
  }
}
