import type { LoadingAdvice } from './loading-advice.ts';
import type { LoadingLimit } from './loading-limit.ts';
import type { LoadingStage } from './stage-times.ts';

/** Time of one stage of loading. */
export interface MeasuredStage {
  /** Milliseconds for each image that was delivered, added up over the threads. */
  readonly msPerImage: number;
  /** Share in the time of all stages, 0 to 1. */
  readonly share: number;
}

/** Speed of loading over some batches. */
export interface LoaderSpeed {
  readonly imagesPerSecond: number;
  readonly images: number;
  readonly batches: number;
  readonly seconds: number;
  /** Share of the time in which the device had no batch, 0 to 1. */
  readonly deviceWaitShare: number;
  /** Share of the time in which nothing was loaded, because the device held all batches that may be in flight. */
  readonly loaderWaitShare: number;
  /** Processor time over time: cores in use. */
  readonly coresUsed: number;
  /** Share of the time in which the main thread worked. */
  readonly mainThreadShare: number;
  readonly stages: Readonly<Record<LoadingStage, MeasuredStage>>;
  /** Reads that the main thread had made, many at a time, because the store is slow or no local disk. */
  readonly store: { readonly reads: number; readonly msPerRead: number | null };
  readonly limit: LoadingLimit;
}

/** Result of `benchLoader`. */
export interface LoaderResult {
  /** Of all that was measured; null when the run ended in its warm-up. */
  readonly speed: LoaderSpeed | null;
  /** First epoch, when every image is read and decoded; null when it was over with the warm-up. */
  readonly firstEpoch: LoaderSpeed | null;
  /** Later epochs, when images come out of the cache as far as they fit; null when none was reached. */
  readonly laterEpochs: LoaderSpeed | null;
  /** Batches before the measurement. */
  readonly warmUpBatches: number;
  readonly threads: number;
  /** Cores that this process may use. */
  readonly cores: number;
  /** Decoded images that were kept. */
  readonly cache: { readonly images: number; readonly bytes: number; readonly maxBytes: number };
  /** Images of the dataset, and those that could not be used or were used after a repair. */
  readonly dataset: { readonly images: number; readonly bad: number; readonly repaired: number };
  /** What to change, most first. */
  readonly advice: readonly LoadingAdvice[];
}
