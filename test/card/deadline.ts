/** The time that a check may take. */
export interface Deadline {
  /** Seconds that there are in all. */
  readonly seconds: number;
  /** Seconds since its start. */
  spent(): number;
  /** Milliseconds that are left, 0 or more. */
  left(): number;
  /** Milliseconds of a part: so many seconds, or what is left; 0 when less than `least` seconds are. */
  share(seconds: number, least?: number): number;
}

/**
 * Starts the clock.
 *
 * @param seconds All there is, above 0.
 * @param now Milliseconds on any clock that does not go back. @default performance.now
 */
export function deadlineIn(seconds: number, now: () => number = () => performance.now()): Deadline {
  const start = now();
  const left = (): number => Math.max(0, start + 1000 * seconds - now());
  return {
    seconds,
    spent: () => (now() - start) / 1000,
    left,
    share: (part, least = 1) => (left() < 1000 * least ? 0 : Math.min(1000 * part, left())),
  };
}
