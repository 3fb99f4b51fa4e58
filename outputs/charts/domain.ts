/** Lowest and highest of values. */
export type Domain = readonly [low: number, high: number];

/**
 * Ends of an axis for some values: those that are not finite do not count, and ends that would be one are parted.
 *
 * @param include Value that the axis must reach as well. @default none
 */
export function domainOf(lists: Iterable<ArrayLike<number>>, include?: number): Domain {
  let [low, high] = include === undefined ? [Infinity, -Infinity] : [include, include];
  for (const values of lists) {
    for (let at = 0; at < values.length; at += 1) {
      const value = values[at]!;
      if (!Number.isFinite(value)) continue;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  if (low > high) return [0, 1];
  if (low < high) return [low, high];
  // One value: in the middle, or at the end that must be reached.
  const around = low === 0 ? 1 : Math.abs(low) / 10;
  return [low === include && low >= 0 ? low : low - around, high + around];
}

/** A domain with some room at its ends, so that no line is drawn on an edge. */
export function withRoom([low, high]: Domain, share = 0.04): Domain {
  const room = (high - low) * share;
  return [low - room, high + room];
}
