import type { Random } from '../../random.ts';

/** `[most + 1]` logarithms of the factorials of 0 to `most`. */
export function logFactorials(most: number): Float64Array {
  const logs = new Float64Array(most + 1);
  for (let at = 2; at <= most; at += 1) logs[at] = logs[at - 1]! + Math.log(at);
  return logs;
}

/**
 * A hypergeometric variate: of `drawn` from `rows` without replacement, how many are among `marked` of them.
 *
 * Inversion from the mode outwards, so that some standard deviations of steps are enough.
 *
 * @param logs As `logFactorials` gives, up to `rows` at least.
 */
export function hypergeometric(
  random: Random,
  { rows, marked, drawn }: Readonly<Record<'rows' | 'marked' | 'drawn', number>>,
  logs: Float64Array,
): number {
  const [least, most] = [Math.max(0, drawn + marked - rows), Math.min(drawn, marked)];
  const choose = (n: number, k: number): number => logs[n]! - logs[k]! - logs[n - k]!;
  const mode = Math.floor(((drawn + 1) * (marked + 1)) / (rows + 2));
  let [low, high] = [Math.min(Math.max(mode, least), most), 0];
  high = low;
  const atMode = Math.exp(
    choose(marked, low) + choose(rows - marked, drawn - low) - choose(rows, drawn),
  );
  let [atLow, atHigh] = [atMode, atMode];
  let rest = random.uniform() - atMode;
  while (rest >= 0 && (low > least || high < most)) {
    if (high < most) {
      // P(x + 1) / P(x).
      atHigh *=
        ((marked - high) * (drawn - high)) / ((high + 1) * (rows - marked - drawn + high + 1));
      high += 1;
      rest -= atHigh;
      if (rest < 0) return high;
    }
    if (low > least) {
      atLow *= (low * (rows - marked - drawn + low)) / ((marked - low + 1) * (drawn - low + 1));
      low -= 1;
      rest -= atLow;
      if (rest < 0) return low;
    }
  }
  return rest < 0 ? low : Math.min(Math.max(mode, least), most);
}
