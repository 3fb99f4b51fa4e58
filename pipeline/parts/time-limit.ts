import { secondsOf } from '../options/duration.ts';
import type { EndCondition } from './end-of-training.ts';

/**
 * Ends a run when its time is over, which begins now: the step that runs then is finished, and saved.
 *
 * @param limit Such as `30m`; null for none.
 * @param now Milliseconds on any clock that does not go back. @default performance.now
 */
export function timeLimit(
  limit: string | null,
  now: () => number = () => performance.now(),
): EndCondition {
  const seconds = limit === null ? undefined : secondsOf(limit);
  const end = now() + 1000 * (seconds ?? Number.POSITIVE_INFINITY);
  return { cause: 'time', holds: () => now() >= end };
}
