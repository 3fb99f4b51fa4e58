import { seededRandom } from '../../../operators/random.ts';

/** A uniform sample of the values that were offered, few in memory. */
export interface DrawnSample<T> {
  offer(value: T): void;
  /** In the order in which they were offered. */
  values(): readonly T[];
}

/**
 * Reservoir sample: every value is as likely to be kept, and the same values give the same sample.
 *
 * @param most 1 or more.
 */
export function drawnSample<T>(
  most: number,
  ...keys: readonly (string | number)[]
): DrawnSample<T> {
  const random = seededRandom('report sample', ...keys);
  const kept: { readonly value: T; readonly at: number }[] = [];
  let offered = 0;
  return {
    offer(value) {
      const place = offered < most ? offered : random.below(offered + 1);
      if (place < most) kept[place] = { value, at: offered };
      offered += 1;
    },
    values: () => kept.toSorted((one, other) => one.at - other.at).map(({ value }) => value),
  };
}
