import type { HttpAnswer } from './http-transport.ts';
import type { Failure } from './outcome.ts';
import { answered, errorCodeOf, isTransientError } from './server-error.ts';

/** Answers that may come out otherwise at the next try. */
const transient = new Set([429, 500, 502, 503, 504]);
/** Of those: answers about the store, whatever the object. */
const ofStore = new Set([429, 502, 503, 504]);

/**
 * Why an answer is none, and asked for again: 429, 500, 502, 503, 504, and a success whose body is an error document of
 * S3, which some of its operations begin to answer before they fail. Undefined for any other.
 */
export function failedAnswer(answer: HttpAnswer): Failure | undefined {
  const { status } = answer;
  const isTransient = transient.has(status) || (status !== 206 && isTransientError(answer));
  if (!isTransient) return undefined;
  const code = errorCodeOf(answer);
  const isOverload = status === 429 || status === 503 || code === 'SlowDown';
  return {
    reason: answered(answer),
    about: isOverload || ofStore.has(status) ? 'store' : 'object',
    isOverload,
    retryAfterMs: retryAfter(answer),
  };
}

/** `Retry-After` in milliseconds: seconds, or a date, which is taken against that of the answer. */
function retryAfter({ headers }: HttpAnswer): number | undefined {
  const asked = headers['retry-after'];
  if (asked === undefined) return undefined;
  if (/^\d{1,9}$/u.test(asked)) return Number(asked) * 1000;
  const ms = Date.parse(asked) - Date.parse(headers['date'] ?? '');
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}
