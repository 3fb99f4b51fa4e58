/** Kind of failure, for callers that branch on it. */
export type PipelineErrorCode =
  | 'ERR_READ'
  | 'ERR_DECODE'
  | 'ERR_DATASET'
  | 'ERR_TOO_MANY_BAD'
  | 'ERR_SHAPE'
  | 'ERR_NOT_FINITE'
  | 'ERR_ZERO_VECTOR'
  | 'ERR_ENGINE'
  | 'ERR_WRITE'
  | 'ERR_FORMAT'
  | 'ERR_LOCKED'
  | 'ERR_CONFIG'
  | 'ERR_CONTRACT';

/** Subject of a `PipelineError`, for callers that do more than print its message. */
export interface PipelineErrorOptions extends ErrorOptions {
  /** Id of the sample concerned. */
  readonly sample?: string | undefined;
  /** File or folder concerned. */
  readonly path?: string | undefined;
  /**
   * Options of the library that the message names, in backticks: `` `out` ``, or with the value to give as
   * `` `resume: true` ``. Whoever has another spelling for them, such as a command line, finds them by this list.
   * @default none
   */
  readonly options?: readonly string[] | undefined;
}

/**
 * Error of data, disk, engine or contract, as it travels the error channel; `code` says which.
 *
 * The message names the thing in backticks, says what was expected and what came, and the way out if
 * there is one. Mistakes in arguments are `TypeError` and `RangeError` instead, thrown at the call.
 *
 * @example
 * ```ts
 * import { openDataset } from 'sincere-embeddings/datasets';
 *
 * try {
 *   await openDataset('photos');
 * } catch (error) {
 *   if (!(error instanceof PipelineError) || error.code !== 'ERR_DATASET') throw error;
 *   console.error(error.message);
 * }
 * ```
 */
export class PipelineError extends Error {
  readonly code: PipelineErrorCode;
  readonly sample: string | undefined;
  readonly path: string | undefined;
  readonly options: readonly string[];

  static {
    this.prototype.name = 'PipelineError';
  }

  constructor(code: PipelineErrorCode, message: string, options: PipelineErrorOptions = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.sample = options.sample;
    this.path = options.path;
    this.options = options.options ?? [];
  }
}

/** The text of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** True for `ERR_READ` and `ERR_DECODE`, which are about one image; all other errors end a run. */
export function isAboutImage(error: unknown): error is PipelineError {
  return (
    error instanceof PipelineError && (error.code === 'ERR_READ' || error.code === 'ERR_DECODE')
  );
}
