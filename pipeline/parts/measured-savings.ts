import { performance } from 'node:perf_hooks';
import { from, ignoreElements, lastValueFrom, tap } from 'rxjs';
import { openPreparedFolder } from '../../datasets/prepared/prepared-folder.ts';
import { statedReading } from '../../operators/image/image-reading.ts';
import { viewRecipe } from '../../operators/image/view-recipe.ts';
import { type ImageWorkers, openImageWorkers } from '../../operators/loading/image-workers.ts';
import { loadViews, type LoadViewsOptions } from '../../operators/stages/load-views.ts';
import { skipBad } from '../../operators/stages/on-bad-sample.ts';
import { quarantine } from '../../operators/stages/quarantine.ts';
import type { BatchPlan, Dataset, Preparation } from '../../operators/types.ts';
import { evenly } from '../../outputs/exports/evenly.ts';
import { readPermits } from './native-permits.ts';
import type { DecodingLimits } from './open-preparation.ts';

/** Savings of a prepared dataset, as measured on this machine when it was finished. */
export interface Savings {
  /** Images that were read and decoded both ways, by the threads that load them for training. */
  readonly images: number;
  /** Images a second from their files, and prepared. */
  readonly sourcePerSecond: number;
  readonly preparedPerSecond: number;
  /** Seconds of reading and decoding that one pass over all images takes less; below 0 when it takes more. */
  readonly savedSecondsPerEpoch: number;
}

/** Decoding of the images. */
export interface MeasuringOptions extends Pick<DecodingLimits, 'decoder'> {
  readonly preparation: Preparation;
  readonly signal: AbortSignal;
}

/** Images of a batch, most of a measurement, and how often each way is measured: the fastest time counts. */
const [batch, most, rounds] = [64, 1024, 3];

/** Milliseconds that one pass is to take: small images are over too soon to be timed. */
const passMs = 250;

/**
 * Measures reading and decoding of some images, from their files and prepared, in turns, by threads as `train` has them.
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
  const usable = evenly(data.count, 2 * most).filter(
    (position) => prepared.locate?.(position) !== null,
  );
  if (usable.length === 0) return null;
  const workers = await openImageWorkers();
  try {
    const time = async (dataset: Dataset, positions: readonly number[]): Promise<number> => {
      signal.throwIfAborted();
      return await timed(workers, { dataset, preparation, decoder }, positions);
    };
    const first = spread(usable, batch);
    await time(data, first); // starts the threads
    const wanted = Math.ceil((first.length * passMs) / (await time(data, first)));
    const positions = spread(usable, Math.min(most, Math.max(batch, wanted)));
    const fastest: [number, number] = [Infinity, Infinity];
    for (let round = 0; round < rounds; round += 1) {
      for (const [way, dataset] of [data, prepared].entries()) {
        fastest[way] = Math.min(fastest[way]!, await time(dataset, positions));
      }
    }
    return savingsOf(positions.length, data.count, fastest);
  } finally {
    await workers.close();
  }
}

function savingsOf(images: number, all: number, [source, stored]: [number, number]): Savings {
  return {
    images,
    sourcePerSecond: (1000 * images) / source,
    preparedPerSecond: (1000 * images) / stored,
    savedSecondsPerEpoch: ((source - stored) * all) / images / 1000,
  };
}

/** Some of a list, from all over it. */
function spread(positions: readonly number[], count: number): readonly number[] {
  return evenly(positions.length, count).map((at) => positions[at]!);
}

/** What is timed: images of a dataset, decoded as they are prepared. */
interface TimedSource extends Pick<MeasuringOptions, 'preparation' | 'decoder'> {
  readonly dataset: Dataset;
}

/** Milliseconds of one pass, less the share of the views in the work of the threads. */
async function timed(
  workers: ImageWorkers,
  source: TimedSource,
  positions: readonly number[],
): Promise<number> {
  const plans = plansOf(source.dataset, positions);
  const before = { ...workers.pool.times };
  const start = performance.now();
  await lastValueFrom(
    from(plans).pipe(
      loadViews(workers, loadingOf(source)),
      tap(({ pixels }) => workers.recycle(pixels)),
      ignoreElements(),
    ),
    { defaultValue: undefined },
  );
  const wallMs = performance.now() - start;
  const after = workers.pool.times;
  const views = after.viewsMs - before.viewsMs;
  return wallMs * (1 - views / Math.max(busyMs(after) - busyMs(before), 1e-3));
}

/** Loads images into views as small as can be: what counts is what comes before them. */
function loadingOf({ dataset, preparation, decoder }: TimedSource): LoadViewsOptions {
  const { shrinkTo, tolerant, ...reading } = preparation;
  const decoding = {
    limits: { maxPixels: 2 ** 31 },
    reading: statedReading(reading),
    tolerant,
    decoder,
    shrinkTo: shrinkTo ?? undefined,
  };
  return {
    source: { dataset, permits: readPermits, maxBytes: 2 ** 31, decoding },
    augmentation: { recipe: viewRecipe('plain'), views: 1, imageSize: 8, seed: 0 },
    // One that has become unreadable since costs its time, and no more.
    bad: { replacement: skipBad, quarantine: quarantine({ count: dataset.count }) },
  };
}

function busyMs({ readMs, decodeMs, viewsMs }: ImageWorkers['pool']['times']): number {
  return readMs + decodeMs + viewsMs;
}

function plansOf(dataset: Dataset, positions: readonly number[]): readonly BatchPlan[] {
  return Array.from({ length: Math.ceil(positions.length / batch) }, (_, seq) => ({
    seq,
    epoch: 0,
    samples: positions.slice(seq * batch, (seq + 1) * batch).map((position) => {
      const { id, label } = dataset.sample(position);
      return { id, label, position, draw: 0 };
    }),
  }));
}
