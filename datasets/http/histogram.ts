/** Buckets for each doubling: a quantile is right within 7 %. */
const perOctave = 10;
const lowest = -7 * perOctave;
const highest = 24 * perOctave;

/** Times in buckets, of bounded memory. */
export interface Histogram {
  /** Number of times; of a running one, their weight. */
  readonly count: number;
  add(ms: number): void;
  /** Upper bound of the bucket of a quantile; 0 when there is none. */
  quantile(share: number): number;
}

/**
 * Histogram of durations, in 310 buckets from 8 µs to 4 hours.
 *
 * @param halfLife Number of times after which all counts are halved, so that it follows what changes. @default never
 */
export function histogram(halfLife: number = Infinity): Histogram {
  const counts = new Float64Array(highest - lowest + 1);
  let count = 0;
  let added = 0;
  return {
    get count() {
      return count;
    },
    add(ms) {
      const bucket = Math.ceil(Math.log2(Math.max(ms, Number.MIN_VALUE)) * perOctave);
      counts[Math.min(highest, Math.max(lowest, bucket)) - lowest]! += 1;
      count += 1;
      added += 1;
      if (added < halfLife) return;
      added = 0;
      count /= 2;
      for (const at of counts.keys()) counts[at]! /= 2;
    },
    quantile(share) {
      if (count === 0) return 0;
      let below = 0;
      for (const [at, number] of counts.entries()) {
        below += number;
        if (number > 0 && below >= share * count) return 2 ** ((at + lowest) / perOctave);
      }
      return 2 ** (highest / perOctave);
    },
  };
}
