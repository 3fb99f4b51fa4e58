import { setMaxListeners } from 'node:events';
import { PipelineError } from '../../operators/errors.ts';
import { reasonOf } from './table-error.ts';

/** A decoding of a group of rows, and those who wait for images of it. */
export interface GroupDecoding {
  /** Images that it has given. */
  done: number;
  /** Aborts when all who waited have given up. */
  readonly signal: AbortSignal;
  give(image: number, bytes: Uint8Array | null): void;
  /** @throws Why it ended before; the reason of the signal when it aborts. */
  wait(image: number, signal?: AbortSignal): Promise<Uint8Array | null>;
  end(error: unknown): void;
}

interface Waiting {
  readonly image: number;
  readonly signal: AbortSignal | undefined;
  readonly give: (bytes: Uint8Array | null) => void;
  readonly fail: (error: unknown) => void;
}

/** Begins a decoding. */
export function groupDecoding(): GroupDecoding {
  const waiting = new Map<number, Waiting[]>();
  const controller = new AbortController();
  const signals = new Map<AbortSignal, () => void>();
  const watch = (signal: AbortSignal | undefined): void => {
    if (signal === undefined || signals.has(signal)) return;
    const abort = (): void => {
      const all = [...waiting.values()].flat();
      waiting.clear();
      for (const one of all) if (one.signal !== signal) add(one);
      for (const one of all) if (one.signal === signal) one.fail(signal.reason);
      if (waiting.size === 0) controller.abort(signal.reason);
    };
    signals.set(signal, abort);
    // One run's signal serves all its readings.
    setMaxListeners(0, signal);
    signal.addEventListener('abort', abort, { once: true });
  };
  const add = (one: Waiting): void => {
    const others = waiting.get(one.image);
    if (others === undefined) waiting.set(one.image, [one]);
    else others.push(one);
  };
  return {
    done: 0,
    signal: controller.signal,
    give(image, bytes) {
      for (const { give } of waiting.get(image) ?? []) give(bytes);
      waiting.delete(image);
    },
    wait(image, signal) {
      signal?.throwIfAborted();
      watch(signal);
      return new Promise((give, fail) => add({ image, signal, give, fail }));
    },
    end(error) {
      for (const [signal, abort] of signals) signal.removeEventListener('abort', abort);
      const reason = aboutImage(error);
      for (const { fail } of [...waiting.values()].flat()) fail(reason);
      waiting.clear();
    },
  };
}

/** What a damaged group means for its images; what is about the store stays so. */
function aboutImage(error: unknown): unknown {
  if (!(error instanceof PipelineError)) return new Error(reasonOf(error), { cause: error });
  // An object that is gone or has changed since it was opened.
  const { cause } = error;
  return cause instanceof Error && !(cause instanceof PipelineError) ? cause : error;
}
