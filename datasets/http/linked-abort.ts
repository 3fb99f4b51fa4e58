import { setMaxListeners } from 'node:events';

/** An abort of one's own that also follows another signal. */
export interface LinkedAbort {
  readonly signal: AbortSignal;
  abort(reason?: unknown): void;
  /** Follows the other signal no longer. */
  unlink(): void;
}

/**
 * An abort that follows a signal until it is unlinked. `AbortSignal.any` would leave its traces in a signal that outlives
 * thousands of requests.
 */
export function linkedAbort(parent: AbortSignal | undefined): LinkedAbort {
  const controller = new AbortController();
  const follow = (): void => controller.abort(parent!.reason);
  if (parent?.aborted === true) follow();
  else if (parent !== undefined) {
    setMaxListeners(0, parent);
    parent.addEventListener('abort', follow, { once: true });
  }
  return {
    signal: controller.signal,
    abort: (reason) => controller.abort(reason),
    unlink: () => parent?.removeEventListener('abort', follow),
  };
}
