import { PipelineError, type PipelineErrorCode } from '../errors.ts';

/** Serialised error, between threads. Errors lose their class there, so code and message travel by themselves. */
export interface CallFailure {
  /** `ERR_RANGE` stands for a `RangeError`: a mistake of the caller that only the worker finds. */
  readonly code: PipelineErrorCode | 'ERR_RANGE';
  readonly message: string;
  readonly cause?: unknown;
  /** Options that the message names. */
  readonly options?: readonly string[] | undefined;
}

/** Code and message of an error; whatever is neither a `PipelineError` nor a `RangeError` is `ERR_ENGINE`. */
export function callFailure(error: unknown): CallFailure {
  const message = error instanceof Error ? error.message : String(error);
  // What caused it may hold things that do not travel, its text always does.
  const cause = error instanceof Error ? (error.stack ?? message) : message;
  if (error instanceof PipelineError) {
    return { code: error.code, message, cause, options: error.options };
  }
  return { code: error instanceof RangeError ? 'ERR_RANGE' : 'ERR_ENGINE', message, cause };
}

/** The error that a failure stands for. */
export function errorOfFailure(failure: CallFailure): PipelineError | RangeError {
  const { code, message } = failure;
  const cause = 'cause' in failure ? { cause: failure.cause } : {};
  return code === 'ERR_RANGE'
    ? new RangeError(message, cause)
    : new PipelineError(code, message, { ...cause, options: failure.options });
}
