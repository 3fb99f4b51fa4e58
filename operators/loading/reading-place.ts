import type { LoadTimes } from './load-calls.ts';

/** Choice of who reads the files of a batch. */
export interface ReadingPlace {
  /** Whether the threads read the next batch themselves. */
  threadsRead(): boolean;
  /** Takes in how long threads took to read. */
  measured(times: LoadTimes): void;
}

/** Time of a read above which threads would rather wait than compute. */
const slowMs = 2;

/** Batches of a slow store after which it is tried again: by then it may be in memory. */
const triedAgain = 16;

/** Weight of the newest measurement in the moving average. */
const weight = 0.5;

/**
 * Reads of local files are made by the threads, one at a time, which costs least. Where a read takes long, as from a
 * network, they are made beforehand, many at a time, by the thread that plans. No result depends on it.
 */
export function readingPlace(): ReadingPlace {
  let average = 0;
  let batches = 0;
  return {
    threadsRead() {
      batches += 1;
      return average <= slowMs || batches % triedAgain === 0;
    },
    measured({ images, readMs }) {
      if (images > 0) average += weight * (readMs / images - average);
    },
  };
}
