import { messageOf, PipelineError, type PipelineErrorCode } from '../errors.ts';

/** Serialised error, between threads. Errors lose their class there, so code and message travel by themselves. */
export interface CallFailure {
  /** `ERR_RANGE` stands for a `RangeError`: a mistake of the caller that only the worker finds. */
  readonly code: PipelineErrorCode | 'ERR_RANGE';
  readonly message: string;
  readonly cause?: FailureCause | undefined;
  /** Options that the message names. */
  readonly options?: readonly string[] | undefined;
}

/** Origin of a failure: the error that it stands for, as far as it travels. */
export interface FailureCause {
  readonly message: string;
  readonly stack: string;
  readonly cause?: FailureCause | undefined;
}

/** Code and message of an error; whatever is neither a `PipelineError` nor a `RangeError` is `ERR_ENGINE`. */
export function callFailure(error: unknown): CallFailure {
  const message = messageOf(error);
  const cause = causeOf(error);
  if (error instanceof PipelineError) {
    return { code: error.code, message, cause, options: error.options };
  }
  return { code: error instanceof RangeError ? 'ERR_RANGE' : 'ERR_ENGINE', message, cause };
}

/** The error that a failure stands for. */
export function errorOfFailure(failure: CallFailure): PipelineError | RangeError {
  const { code, message } = failure;
  const cause = failure.cause === undefined ? {} : { cause: errorOfCause(failure.cause) };
  return code === 'ERR_RANGE'
    ? new RangeError(message, cause)
    : new PipelineError(code, message, { ...cause, options: failure.options });
}

/** What caused an error may hold things that do not travel, its text always does. */
function causeOf(error: unknown): FailureCause {
  const message = messageOf(error);
  if (!(error instanceof Error)) return { message, stack: message };
  const { stack = message, cause } = error;
  return cause === undefined ? { message, stack } : { message, stack, cause: causeOf(cause) };
}

/** An error again, so that whoever has told its message does not tell it twice. */
function errorOfCause({ message, stack, cause }: FailureCause): Error {
  const error = new Error(message, cause === undefined ? {} : { cause: errorOfCause(cause) });
  return Object.assign(error, { stack });
}
