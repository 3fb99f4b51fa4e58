import type { OperatorFunction } from 'rxjs';
import type { ClassWalks } from '../../operators/batches/class-walks.ts';
import { replacementFor } from '../../operators/batches/replacement-for.ts';
import type { Permits } from '../../operators/flow/permits.ts';
import type { RunScope } from '../../operators/flow/run-scope.ts';
import { statedReading } from '../../operators/image/image-reading.ts';
import { shrinkTarget } from '../../operators/image/shrink-target.ts';
import { viewRecipe } from '../../operators/image/view-recipe.ts';
import { openImageWorkers } from '../../operators/loading/image-workers.ts';
import type { PixelCache } from '../../operators/loading/pixel-cache.ts';
import { loadViews } from '../../operators/stages/load-views.ts';
import { type Quarantine, quarantine } from '../../operators/stages/quarantine.ts';
import type { BatchPlan, Dataset, ViewBatch } from '../../operators/types.ts';
import { allViews } from '../options/all-views.ts';
import type { BenchOptions } from '../options/bench-options.ts';
import type { Resolved } from '../options/verb.ts';
import type { TellNote } from '../parts/run-event.ts';
import { trainingSource } from '../parts/training-source.ts';
import type { StageTime } from './stage-times.ts';
import { typicalPixels } from './typical-pixels.ts';

/** The loading part of a training run, with clocks on it. */
export interface Loading {
  /** From plans to views, as `train` has it. */
  readonly load: OperatorFunction<BatchPlan, ViewBatch>;
  /** Takes back the pixels of a batch that the device is done with. */
  readonly recycle: (pixels: Float32Array) => void;
  /** Work of the threads up to now. */
  readonly work: () => Readonly<Record<'read' | 'decode' | 'views', StageTime>>;
  /** Reads that threads leave to the main thread, because the store is slow or no local disk, up to now. */
  readonly store: () => StageTime;
  readonly threads: number;
  /** The images come from `prepare`. */
  readonly isPrepared: boolean;
  /** Pixels of a typical image in its file; undefined when not known. */
  readonly filePixels: number | undefined;
  /** Shorter side to which larger images are shrunk while they are decoded. */
  readonly shrinkTo: number;
  readonly bad: Quarantine;
  /** Decoded images that are kept. */
  readonly cache: Pick<PixelCache, 'count' | 'bytes' | 'maxBytes'>;
}

/** Opens what loads images for training; it belongs to the scope. */
export async function openLoading(
  scope: RunScope,
  options: Resolved<BenchOptions>,
  { data, walks, note }: { data: Dataset; walks: ClassWalks; note: TellNote },
): Promise<Loading> {
  const { imageSize, seed, threads, maxInvalid } = options;
  const recipe = viewRecipe(options.augmentation);
  const workers = scope.use(await openImageWorkers(threads === null ? {} : { threads }));
  for (const text of workers.notes) note(text);
  const { pool } = workers;
  const bad = quarantine({ count: data.count, maxInvalid });
  const source = trainingSource(data, options, {
    recipe,
    imageSize,
    reading: statedReading(options),
  });
  const cache = countedCache(source.cache);
  const reads = timedPermits(source.permits);
  const load = loadViews(workers, {
    source: { ...source, cache, permits: reads },
    augmentation: { recipe, views: allViews(options), imageSize, seed },
    bad: {
      quarantine: bad,
      replacement: (sample, attempt) => replacementFor(walks, sample, attempt + 1),
    },
  });
  return {
    load,
    recycle: (pixels) => workers.recycle(pixels),
    work() {
      const { images, readMs, decodeMs, viewsMs } = pool.times;
      const decoded = images - cache.found;
      return {
        read: { ms: readMs, calls: Math.max(0, decoded - reads.time().calls) },
        decode: { ms: decodeMs, calls: decoded },
        views: { ms: viewsMs, calls: images },
      };
    },
    store: () => reads.time(),
    threads: pool.threads,
    isPrepared: data.prepared !== undefined,
    filePixels: await typicalPixels(data, options.maxBytes, scope.signal),
    shrinkTo: shrinkTarget(recipe, imageSize),
    bad,
    cache,
  };
}

/** A cache that tells how many images were found in it. */
function countedCache(cache: PixelCache): PixelCache & { readonly found: number } {
  let found = 0;
  return {
    maxBytes: cache.maxBytes,
    get bytes() {
      return cache.bytes;
    },
    get count() {
      return cache.count;
    },
    get found() {
      return found;
    },
    place(position) {
      const place = cache.place(position);
      if (place !== undefined) found += 1;
      return place;
    },
    set: (position, place) => cache.set(position, place),
    block: (share) => cache.block(share),
    full: (block) => cache.full(block),
  };
}

/** Permits that tell how long the work behind them takes, without the wait for them. */
function timedPermits(permits: Permits): Permits & { time(): StageTime } {
  let [ms, calls] = [0, 0];
  return {
    limit: permits.limit,
    get held() {
      return permits.held;
    },
    get waiting() {
      return permits.waiting;
    },
    acquire: (signal) => permits.acquire(signal),
    use: (work, signal) =>
      permits.use(async () => {
        const began = performance.now();
        try {
          return await work();
        } finally {
          ms += performance.now() - began;
          calls += 1;
        }
      }, signal),
    time: () => ({ ms, calls }),
  };
}
