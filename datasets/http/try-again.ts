import { PipelineError } from '../../operators/errors.ts';
import type { Clock } from './clock.ts';
import type { Failure } from './outcome.ts';

/** How often a request is tried. */
export interface Tries {
  /** Tries at most. */
  readonly count: number;
  /** Tries at most while nobody was ever there to ask, as where an address is mistyped. */
  readonly firstCount: number;
  /** Time after which no other is begun, in milliseconds. */
  readonly totalMs: number;
  /** Upper bound of the first back-off, which doubles with each try. */
  readonly firstMs: number;
  /** Largest back-off. */
  readonly maxMs: number;
  /** Longest `Retry-After` that is waited for. */
  readonly maxAskedMs: number;
}

/** Ten tries within three minutes, as signatures age; back-off 100 ms × 2ⁿ to 15 s; `Retry-After` to a minute. */
export const usualTries: Tries = {
  count: 10,
  firstCount: 3,
  totalMs: 180_000,
  firstMs: 100,
  maxMs: 15_000,
  maxAskedMs: 60_000,
};

/** The tries of one request so far. */
export interface TriesSoFar {
  /** The store has answered before, this request or another. */
  readonly isKnown: boolean;
  /** Number of tries, 1 or more. */
  readonly number: number;
  /** Time since the first one began, in milliseconds. */
  readonly spentMs: number;
}

/**
 * Time to wait before another try: exponential back-off with full jitter, and what the store asks for at least.
 *
 * @returns Undefined when there is to be no other.
 */
export function backOff(
  tries: Tries,
  { isKnown, number, spentMs }: TriesSoFar,
  { retryAfterMs = 0, isFinal = false, isUnreached = false }: Failure,
  clock: Clock,
): number | undefined {
  const most = Math.min(tries.maxMs, tries.firstMs * 2 ** (number - 1));
  const delay = Math.max(clock.random() * most, Math.min(retryAfterMs, tries.maxAskedMs));
  const count = isUnreached && !isKnown ? tries.firstCount : tries.count;
  const isLast = isFinal || number >= count || spentMs + delay > tries.totalMs;
  return isLast ? undefined : delay;
}

/** The error after the last try: about the object, or about the store that it is in. */
export function gaveUp(
  name: string,
  { reason, about }: Failure,
  { number, spentMs }: Pick<TriesSoFar, 'number' | 'spentMs'>,
): Error {
  const how =
    number === 1 ? '' : `, at the last of ${number} tries in ${Math.ceil(spentMs / 1000)} s`;
  if (about === 'object') return new Error(`${reason}${how}`);
  return new PipelineError('ERR_DATASET', `Could not read \`${name}\`: ${reason}${how}`, {
    path: name,
  });
}
