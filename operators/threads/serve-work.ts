import { messageOf } from '../errors.ts';
import type { CallFailure } from './call-failure.ts';
import { serveCalls } from './serve-calls.ts';
import type { Work, WorkCalls } from './work-pool.ts';

/** Answers every request to this worker of an `openWorkPool` by `work`, in order. */
export function serveWork<Request, Reply>(work: Work<Request, Reply>): void {
  serveCalls<WorkCalls<Request, Reply>>({ work }, { describe });
}

function describe(error: unknown): CallFailure {
  const text = messageOf(error);
  // A copy: what caused the error itself may hold things that do not travel.
  const cause = new Error(text);
  if (error instanceof Error && error.stack !== undefined) cause.stack = error.stack;
  return { code: 'ERR_ENGINE', message: `A thread of the computation failed: ${text}`, cause };
}
