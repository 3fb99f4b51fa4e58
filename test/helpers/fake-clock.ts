import type { Clock } from '../../datasets/http/clock.ts';
import { settled } from './deferred.ts';

/** A clock that a test turns. */
export interface FakeClock extends Clock {
  /** Calls back all that is due within so much time, in order, and lets what waits for it go on. */
  advance(ms: number): Promise<void>;
  /** Timers that are set. */
  readonly timers: number;
}

/** A clock at 0. @param random Numbers of `random`, again from the first; 1 is as much as there can be. */
export function fakeClock(random: readonly number[] = [1]): FakeClock {
  let now = 0;
  let draws = 0;
  const timers = new Set<{ readonly at: number; readonly callback: () => void }>();
  const nextBefore = (end: number): { at: number; callback: () => void } | undefined =>
    [...timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
  return {
    now: () => now,
    random: () => random[draws++ % random.length]!,
    after(ms, callback) {
      const timer = { at: now + ms, callback };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    get timers() {
      return timers.size;
    },
    async advance(ms) {
      const end = now + ms;
      await settled();
      for (let next = nextBefore(end); next !== undefined; next = nextBefore(end)) {
        timers.delete(next);
        now = next.at;
        next.callback();
        await settled();
      }
      now = end;
    },
  };
}
