import { type Clock, systemClock, wait } from './clock.ts';
import { type Exchange, exchange, type ExchangeTimes, exchangeTimes } from './exchange.ts';
import { failedAnswer } from './failed-answer.ts';
import { type Concurrency, type Ending, governor } from './governor.ts';
import { hedgeBudget, hedged, type Hedging, usualHedging } from './hedging.ts';
import type {
  HttpAnswer,
  HttpRequest,
  HttpTransport,
  MakeRequest,
  SendOptions,
} from './http-transport.ts';
import type { Outcome } from './outcome.ts';
import { isRedirect, maxRedirects, redirected } from './redirect.ts';
import { trafficCounter } from './traffic-counter.ts';
import { backOff, gaveUp, type Tries, usualTries } from './try-again.ts';

/** Options of `httpClient`: bounds, and what tests put in place of time, chance and the network. */
export interface HttpClientOptions {
  readonly clock?: Clock | undefined;
  readonly exchange?: Exchange | undefined;
  readonly times?: ExchangeTimes | undefined;
  readonly tries?: Tries | undefined;
  readonly hedging?: Hedging | undefined;
  readonly concurrency?: Concurrency | undefined;
}

/** Requests that are made anew at once for one sending, see `SendOptions.again`. */
const maxAgain = 2;

/** Requests to one store: one client for each, as it bounds how many are under way at once. */
export function httpClient(options: HttpClientOptions = {}): HttpTransport {
  const { clock = systemClock, tries = usualTries, hedging = usualHedging } = options;
  const { times = exchangeTimes, exchange: begin = exchange } = options;
  const governed = governor(options.concurrency);
  const budget = hedgeBudget(hedging);
  const counter = trafficCounter();
  let isKnown = false;

  const exchangeOnce = async (
    request: HttpRequest,
    { maxBytes, check }: SendOptions,
    isAlone: boolean,
    signal: AbortSignal | undefined,
  ): Promise<Outcome> => {
    counter.onRequest();
    const onBytes = (bytes: number): void => counter.onBytes(bytes);
    return await begin(request, { maxBytes, check, isAlone, onBytes, signal, clock, times });
  };

  const run = async (
    make: MakeRequest,
    send: SendOptions,
    isAlone: boolean,
    signal: AbortSignal | undefined,
  ): Promise<Outcome> => {
    let request = await make(signal);
    for (let hops = 0; ; hops++) {
      const outcome = await exchangeOnce(request, send, isAlone, signal);
      if (outcome.failure !== undefined) return outcome;
      const { answer } = outcome;
      if (send.followsRedirects !== true || !isRedirect(answer)) return judged(answer);
      if (hops === maxRedirects) throw new Error(`it was redirected ${hops + 1} times`);
      request = redirected(request, answer);
    }
  };

  const tryOnce = async (make: MakeRequest, send: SendOptions): Promise<Outcome> => {
    const { signal, maxBytes } = send;
    budget.onRequest();
    if (maxBytes > hedging.maxBytes) return await run(make, send, false, signal);
    const started = clock.now();
    const outcome = await hedged(
      async (isSecond, linked) => await run(make, send, isSecond, linked),
      { clock, budget, signal, onHedge: () => counter.onHedge() },
    );
    if (outcome.failure === undefined) budget.onAnswer(clock.now() - started);
    return outcome;
  };

  const governedTry = async (
    make: MakeRequest,
    send: SendOptions,
    isRetry: boolean,
    onBegin: () => void,
  ): Promise<Outcome> => {
    const { maxBytes: bytes, signal } = send;
    const slot = await governed.acquire({ bytes, isRetry, signal });
    let ending: Ending = 'other';
    try {
      onBegin();
      const outcome = await tryOnce(make, send);
      if (outcome.failure === undefined) ending = 'answered';
      else if (outcome.failure.isOverload === true) ending = 'overload';
      return outcome;
    } finally {
      slot.release(ending);
    }
  };

  return {
    async send(make, send) {
      counter.onSending();
      let started: number | undefined;
      const onBegin = (): void => {
        started ??= clock.now();
      };
      let again = 0;
      for (let number = 1; ;) {
        const outcome = await governedTry(make, send, number + again > 1, onBegin);
        const spentMs = clock.now() - started!;
        if (outcome.failure === undefined) {
          isKnown = true;
          const { answer } = outcome;
          // Asked even when it may no more: it may know the answer for an error.
          if ((await asksAgain(send, answer)) && again < maxAgain) {
            again += 1;
            continue;
          }
          counter.onAnswer(answer.bytes.length, spentMs);
          return answer;
        }
        const { failure } = outcome;
        isKnown ||= failure.isUnreached !== true;
        counter.onFailure(failure);
        const delay = backOff(tries, { isKnown, number, spentMs }, failure, clock);
        if (delay === undefined) throw gaveUp(send.name, failure, { number, spentMs });
        await wait(clock, delay, send.signal);
        counter.onRetry();
        number += 1;
      }
    },
    traffic: () => counter.traffic(governed.limit),
  };
}

function judged(answer: HttpAnswer): Outcome {
  const failure = failedAnswer(answer);
  return failure === undefined ? { answer } : { failure };
}

async function asksAgain(send: SendOptions, answer: HttpAnswer): Promise<boolean> {
  const { status } = answer;
  return status >= 300 && status < 500 && (await send.again?.(answer)) === true;
}
