/** Choice of who reads the files of a batch. */
export interface ReadingPlace {
  /** True when the threads read the next batch themselves; asked once for each batch. */
  threadsRead(): boolean;
  /** Takes in how long threads took to read so many files, added up over them. */
  measured(files: number, readMs: number): void;
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
    measured(files, readMs) {
      if (files > 0) average += weight * (readMs / files - average);
    },
  };
}
