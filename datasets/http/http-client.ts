import { PipelineError } from '../../operators/errors.ts';
import { type Clock, systemClock, wait } from './clock.ts';
import { type Exchange, exchange, type ExchangeTimes, exchangeTimes } from './exchange.ts';
import { failedAnswer } from './failed-answer.ts';
import type {
  HttpAnswer,
  HttpTraffic,
  HttpTransport,
  MakeRequest,
  SendOptions,
} from './http-transport.ts';
import type { Failure, Outcome } from './outcome.ts';

/** How often a request is tried. */
export interface Tries {
  /** Tries at most. */
  readonly count: number;
  /** Time after which no other is begun, in milliseconds. */
  readonly totalMs: number;
  /** Upper bound of the first back-off, which doubles with each try. */
  readonly firstMs: number;
  /** Largest back-off. */
  readonly maxMs: number;
}

/** Ten tries within three minutes, as signatures age; back-off 100 ms × 2ⁿ to 15 s, with full jitter. */
export const usualTries: Tries = { count: 10, totalMs: 180_000, firstMs: 100, maxMs: 15_000 };

/** Options of `httpClient`: those of tests, all of them. */
export interface HttpClientOptions {
  readonly clock?: Clock | undefined;
  readonly exchange?: Exchange | undefined;
  readonly times?: ExchangeTimes | undefined;
  readonly tries?: Tries | undefined;
}

/**
 * Requests to one store.
 *
 * @param name Location of the store for messages, without credentials.
 */
export function httpClient(name: string, options: HttpClientOptions = {}): HttpTransport {
  const { clock = systemClock, tries = usualTries, times = exchangeTimes } = options;
  const begin = options.exchange ?? exchange;

  const tryOnce = async (make: MakeRequest, send: SendOptions): Promise<Outcome> => {
    const { maxBytes, check, signal } = send;
    const request = await make(signal);
    const outcome = await begin(request, { maxBytes, check, signal, clock, times, isAlone: false });
    if (outcome.failure !== undefined) return outcome;
    const failure = failedAnswer(outcome.answer);
    return failure === undefined ? outcome : { failure };
  };

  return {
    async send(make, send) {
      const started = clock.now();
      let asked = 0;
      for (let number = 1; ; number++) {
        const { failure, ...outcome } = await tryOnce(make, send);
        if (failure === undefined) {
          const { answer } = outcome as { answer: HttpAnswer };
          const isOther = answer.status >= 300 && answer.status < 500 && asked < 2;
          if (!isOther || send.again === undefined) return answer;
          asked += 1;
          if (!(await send.again(answer))) return answer;
          continue;
        }
        const delay = backOff(tries, number, failure, clock);
        const spent = clock.now() - started;
        if (failure.isFinal === true || number >= tries.count || spent + delay > tries.totalMs) {
          throw gaveUp(name, failure, number, spent);
        }
        await wait(clock, delay, send.signal);
      }
    },
    traffic: (): HttpTraffic => ({
      sendings: 0,
      requests: 0,
      retries: 0,
      hedges: 0,
      refusals: 0,
      bytesReceived: 0,
      bytesUsed: 0,
      waitMs: { p50: 0, p95: 0, p99: 0 },
      concurrency: 32,
    }),
  };
}

function backOff(
  { firstMs, maxMs }: Tries,
  number: number,
  { retryAfterMs = 0 }: Failure,
  clock: Clock,
): number {
  const most = Math.min(maxMs, firstMs * 2 ** (number - 1));
  return Math.max(clock.random() * most, Math.min(retryAfterMs, 4 * maxMs));
}

function gaveUp(name: string, { reason, about }: Failure, tries: number, spentMs: number): Error {
  const how =
    tries === 1 ? '' : `, at the last of ${tries} tries in ${Math.ceil(spentMs / 1000)} s`;
  if (about === 'object') return new Error(`${reason}${how}`);
  return new PipelineError('ERR_DATASET', `Could not read from \`${name}\`: ${reason}${how}`, {
    path: name,
  });
}
