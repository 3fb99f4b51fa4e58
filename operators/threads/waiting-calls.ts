import { errorOfFailure } from './call-failure.ts';
import type { CallProgress, CallReply } from './worker-calls.ts';

/** Calls in flight by number. */
export interface WaitingCalls {
  readonly size: number;
  /** Posts a call under a number of its own; settles with the reply to that number. */
  send(post: (id: number) => void, onProgress?: (progress: number) => void): Promise<unknown>;
  /** Takes a message of the worker to the call that it belongs to, if that still waits. */
  settle(message: CallReply | CallProgress): void;
  /** Rejects the calls that wait, and all later ones. Of several reasons the first stands. */
  refuse(reason: unknown): void;
}

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (reason: unknown) => void;
  readonly onProgress: ((progress: number) => void) | undefined;
}

/** Correlation of replies with the calls that wait for them, by number. */
export function waitingCalls(): WaitingCalls {
  const waiting = new Map<number, Waiting>();
  let calls = 0;
  let refused: Promise<never> | undefined;
  return {
    get size() {
      return waiting.size;
    },
    send(post, onProgress) {
      if (refused !== undefined) return refused;
      calls += 1;
      const id = calls;
      return new Promise((resolve, reject) => {
        // What cannot be posted is not waited for.
        post(id);
        waiting.set(id, { resolve, reject, onProgress });
      });
    },
    settle(message) {
      const call = waiting.get(message.id);
      if ('progress' in message) return call?.onProgress?.(message.progress);
      waiting.delete(message.id);
      if ('failure' in message) call?.reject(errorOfFailure(message.failure));
      else call?.resolve(message.result);
    },
    refuse(reason) {
      if (refused !== undefined) return;
      refused = Promise.reject(reason);
      // Told to whoever calls; without a call there is nobody to tell.
      refused.catch(() => {});
      for (const { reject } of waiting.values()) reject(reason);
      waiting.clear();
    },
  };
}
