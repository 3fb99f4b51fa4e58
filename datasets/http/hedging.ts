import type { Clock } from './clock.ts';
import { histogram } from './histogram.ts';
import { linkedAbort } from './linked-abort.ts';
import type { Outcome } from './outcome.ts';

/** When a request that takes long is sent a second time. */
export interface Hedging {
  /** Largest body of such a request, in bytes. */
  readonly maxBytes: number;
  /** Time that it is given at least, in milliseconds. */
  readonly minMs: number;
  /** Time that it is given, as a multiple of the running 95th percentile. */
  readonly factor: number;
  /** Second requests, as a share of all; 0 sends none. */
  readonly share: number;
}

/** Up to 1 MiB, after 2 s or four times the 95th percentile, whichever is longer; one request in twenty. */
export const usualHedging: Hedging = { maxBytes: 2 ** 20, minMs: 2000, factor: 4, share: 0.05 };

/** Second requests that may be saved up. */
const burst = 16;

/** What is known of how long requests take, and how many second ones are left. */
export interface HedgeBudget {
  /** One request more was sent. */
  onRequest(): void;
  /** A small request was answered. */
  onAnswer(ms: number): void;
  /** Time after which a second request is sent. */
  readonly afterMs: number;
  /** Takes one of the second requests that are left. */
  take(): boolean;
}

/** Token bucket of second requests: one to begin with, and a share of all requests. */
export function hedgeBudget({ minMs, factor, share }: Hedging): HedgeBudget {
  const times = histogram(1000);
  let left = share > 0 ? 1 : 0;
  return {
    onRequest() {
      left = Math.min(burst, left + share);
    },
    onAnswer: (ms) => times.add(ms),
    get afterMs() {
      return Math.max(minMs, factor * times.quantile(0.95));
    },
    take() {
      // Shares add up to a little less than one.
      if (left < 1 - 1e-9) return false;
      left -= 1;
      return true;
    },
  };
}

/** Options of `hedged`. */
export interface HedgedOptions {
  readonly clock: Clock;
  readonly budget: HedgeBudget;
  readonly signal?: AbortSignal | undefined;
  /** Told of each second request. */
  readonly onHedge: () => void;
}

/**
 * Hedged request: when it takes too long, a second one on a connection of its own. The first answer is taken, and the other
 * request is aborted; a failure waits for the other one.
 *
 * @param run One try. `isSecond`: on a connection of its own.
 */
export async function hedged(
  run: (isSecond: boolean, signal: AbortSignal) => Promise<Outcome>,
  options: HedgedOptions,
): Promise<Outcome> {
  const { clock, budget, signal, onHedge } = options;
  const links = [linkedAbort(signal), linkedAbort(signal)] as const;
  let underWay: Promise<Outcome | undefined> = Promise.resolve(undefined);
  let cancel = (): void => {};
  const second = new Promise<Outcome>((resolve) => {
    cancel = clock.after(budget.afterMs, () => {
      if (!budget.take()) return;
      onHedge();
      // What goes wrong with the second one is no news: the first is still under way, and tells.
      underWay = run(true, links[1].signal).catch(() => undefined);
      void underWay.then((outcome) => {
        if (outcome !== undefined && outcome.failure === undefined) resolve(outcome);
      });
    });
  });
  const first = async (): Promise<Outcome> => {
    const outcome = await run(false, links[0].signal);
    if (outcome.failure === undefined) return outcome;
    const other = await underWay;
    return other?.failure === undefined ? (other ?? outcome) : outcome;
  };
  try {
    return await Promise.race([first(), second]);
  } finally {
    cancel();
    for (const link of links) {
      link.unlink();
      link.abort(new Error('the other request was answered first'));
    }
  }
}
