import type { Exchange, ExchangeOptions } from '../../datasets/http/exchange.ts';
import type { HttpAnswer, HttpRequest } from '../../datasets/http/http-transport.ts';
import type { Failure, Outcome } from '../../datasets/http/outcome.ts';

/** An exchange that was begun, to be settled by the test. */
export interface Begun {
  readonly request: HttpRequest;
  readonly options: ExchangeOptions;
  readonly isAborted: boolean;
  end(outcome: Outcome): void;
}

/** Exchanges without a network. */
export interface FakeExchange {
  readonly exchange: Exchange;
  /** All that were begun, in order. */
  readonly begun: readonly Begun[];
}

/**
 * Exchanges that the test settles, or that a script settles at once.
 *
 * @param script Outcome of the exchange of a number, from 0; undefined: the test settles it.
 */
export function fakeExchange(
  script: (number: number, request: HttpRequest) => Outcome | undefined = () => undefined,
): FakeExchange {
  const begun: Begun[] = [];
  return {
    begun,
    exchange: async (request, options) =>
      await new Promise<Outcome>((resolve, reject) => {
        const { signal } = options;
        begun.push({
          request,
          options,
          get isAborted() {
            return signal?.aborted === true;
          },
          end: resolve,
        });
        if (signal?.aborted === true) reject(signal.reason);
        signal?.addEventListener('abort', () => reject(signal.reason));
        const outcome = script(begun.length - 1, request);
        if (outcome !== undefined) resolve(outcome);
      }),
  };
}

/** An answer of a status, with a body of text. */
export function answerOf(
  status: number,
  body = '',
  headers: HttpAnswer['headers'] = {},
): { readonly answer: HttpAnswer } {
  return { answer: { status, headers, bytes: new TextEncoder().encode(body) } };
}

/** A failure of the network. */
export function failureOf(reason: string, about: Failure['about'] = 'object'): Outcome {
  return { failure: { reason, about } };
}
