/** Seconds of each unit. */
const units = { d: 86_400, h: 3600, m: 60, s: 1 } as const;

const syntax = /^(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/u;

/** What a duration is, to follow "Expected … to be". */
export const expectedDuration = 'a time such as `90s`, `30m`, `1h30m` or `2d`';

/**
 * Seconds of a duration such as `1h30m`: days, hours, minutes and seconds in this order, each at most once; undefined
 * for anything else, and for no time at all.
 */
export function secondsOf(duration: string): number | undefined {
  const found = syntax.exec(duration);
  if (found === null) return undefined;
  const seconds = Object.values(units).reduce(
    (sum, unit, at) => sum + unit * Number(found[at + 1] ?? 0),
    0,
  );
  return seconds > 0 && Number.isSafeInteger(seconds) ? seconds : undefined;
}
