import type { Permits } from '../flow/permits.ts';
import type { Dataset } from '../types.ts';

/** A dataset, and permits for its reads. */
export interface BoundedReading {
  readonly dataset: Pick<Dataset, 'limitsReads'>;
  readonly permits: Permits;
}

/** Reads under a permit, unless the dataset bounds its reads by itself, as a remote store adapts to its latency. */
export async function boundedRead<T>(
  { dataset, permits }: BoundedReading,
  read: () => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  if (dataset.limitsReads !== true) return await permits.use(read, signal);
  signal?.throwIfAborted();
  return await read();
}
