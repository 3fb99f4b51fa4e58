import { performance } from 'node:perf_hooks';
import { from, ignoreElements, lastValueFrom, type OperatorFunction } from 'rxjs';
import { openPreparedFolder } from '../../datasets/prepared-folder.ts';
import type { Dataset, DecodedImage, PlannedSample, Preparation } from '../../operators/types.ts';
import { evenly } from '../../outputs/exports/evenly.ts';
import { decodable, type DecodingLimits } from './open-preparation.ts';

/** What a prepared dataset saves, as measured on this machine when it was finished. */
export interface Savings {
  /** Images that were read and decoded both ways, all cores at work. */
  readonly images: number;
  /** Images a second from their files, and prepared. */
  readonly sourcePerSecond: number;
  readonly preparedPerSecond: number;
  /** Seconds of reading and decoding that one pass over all images takes less; below 0 when it takes more. */
  readonly savedSecondsPerEpoch: number;
}

/** How the images are decoded. */
export interface MeasuringOptions extends Pick<DecodingLimits, 'decoder'> {
  readonly preparation: Preparation;
  readonly signal: AbortSignal;
}

/** Images of the measurement, and how often each way is measured: the fastest time counts. */
const [most, rounds] = [64, 3];

/**
 * Measures reading and decoding of some images, from their files and prepared, in turns.
 *
 * @param folder Finished.
 * @returns Null when no image is usable.
 */
export async function measuredSavings(
  folder: string,
  data: Dataset,
  { preparation, decoder, signal }: MeasuringOptions,
): Promise<Savings | null> {
  const prepared = await openPreparedFolder(folder, { signal });
  const usable = evenly(data.count, 2 * most)
    .filter((position) => prepared.locate?.(position) !== null)
    .slice(0, most);
  if (usable.length === 0) return null;
  const samples = usable.map((position) => {
    const { id, label } = data.sample(position);
    return { id, label, position, draw: 0 };
  });
  const limits = { decoder, maxBytes: 2 ** 31, maxPixels: 2 ** 31 };
  const ways = [data, prepared].map((dataset) => decodable(dataset, preparation, limits));
  const fastest = [Infinity, Infinity];
  for (let round = 0; round < rounds; round += 1) {
    for (const [way, stage] of ways.entries()) {
      signal.throwIfAborted();
      fastest[way] = Math.min(fastest[way]!, await timed(stage, samples));
    }
  }
  const [source, stored] = fastest.map((ms) => ms / samples.length) as [number, number];
  return {
    images: samples.length,
    sourcePerSecond: 1000 / source,
    preparedPerSecond: 1000 / stored,
    savedSecondsPerEpoch: ((source - stored) * data.count) / 1000,
  };
}

/** Milliseconds of one pass. */
async function timed(
  stage: OperatorFunction<PlannedSample, DecodedImage>,
  samples: readonly PlannedSample[],
): Promise<number> {
  const start = performance.now();
  await lastValueFrom(from(samples).pipe(stage, ignoreElements()), { defaultValue: undefined });
  return performance.now() - start;
}
