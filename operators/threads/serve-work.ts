import { messageOf } from '../errors.ts';
import { callFailure, type CallFailure } from './call-failure.ts';
import { serveCalls } from './serve-calls.ts';
import type { Work, WorkCalls } from './work-pool.ts';

/** Answers every request to this worker of an `openWorkPool` by `work`, in order. */
export function serveWork<Request, Reply>(work: Work<Request, Reply>): void {
  serveCalls<WorkCalls<Request, Reply>>({ work }, { describe });
}

function describe(error: unknown): CallFailure {
  const message = `A thread of the computation failed: ${messageOf(error)}`;
  return { ...callFailure(error), code: 'ERR_ENGINE', message };
}
