import { PipelineError } from '../errors.ts';
import type { DecodePixelsOptions } from '../image/decode-options.ts';
import type { Dataset } from '../types.ts';
import { claimCache } from './cache-owner.ts';
import type { LoadedChunk, LoadTarget, PixelSource } from './load-calls.ts';
import { type LoadedRow, loadedRows, type RowToLoad } from './loaded-rows.ts';
import type { LoadPool, LoadStream } from './load-pool.ts';
import type { PixelCache } from './pixel-cache.ts';
import { readBeforehand, type ReadBeforehandOptions } from './read-beforehand.ts';
import { readingPlace } from './reading-place.ts';
import { wholeOrNothing, type WholeTask } from './whole-or-nothing.ts';

/** Options of `imageLoader`. */
export interface ImageLoaderOptions extends ReadBeforehandOptions {
  readonly dataset: Pick<Dataset, 'read' | 'locate' | 'content' | 'limitsReads'>;
  /** Identify the content of each file: by `Dataset.content`, else by its bytes, where it is read. @default false */
  readonly identify?: boolean | 'read' | undefined;
  readonly decoding: DecodePixelsOptions;
  /** @default decoded images are not kept */
  readonly cache?: PixelCache | undefined;
  readonly target: LoadTarget;
}

/** Options of one batch. */
export interface LoadRowsOptions {
  readonly signal: AbortSignal;
  /** Before other batches. @default false */
  readonly urgent?: boolean | undefined;
}

/** Loads images of one dataset into batches. */
export interface ImageLoader {
  /**
   * Loads images into their rows. When it settles no thread works on them any more.
   *
   * @param pixels The batch, in shared memory.
   * @returns In no particular order.
   * @throws {PipelineError} `ERR_ENGINE`, `ERR_CONTRACT`, or what reading throws that is not about an image.
   * @throws The reason of the signal when it aborts.
   */
  load<R extends RowToLoad>(
    rows: readonly R[],
    pixels: Float32Array,
    options: LoadRowsOptions,
  ): Promise<readonly LoadedRow<R>[]>;
  /** Notes that a batch is ready for the device, until the pool takes it back. */
  delivered(pixels: Float32Array): void;
}

/** Files that are read before their images are handed to a thread. */
const readTogether = 8;

/**
 * Loader of the images of a dataset: those in the cache from there, those on a local disk by threads that read them,
 * and all others by the dataset, on the calling thread.
 *
 * A file that a thread cannot read whole is asked of the dataset, which says why in its own words.
 *
 * @throws {PipelineError} `ERR_CONTRACT` when the cache is that of another dataset, decoding or pool.
 */
export function imageLoader(pool: LoadPool, options: ImageLoaderOptions): ImageLoader {
  const { dataset, maxBytes, identify = false, decoding, cache, target } = options;
  const known = identify === false ? undefined : dataset.content;
  const byBytes = identify !== false && known === undefined;
  if (cache !== undefined) claimCache(cache, { pool, dataset, decoding });
  const stream = pool.open({ maxBytes, identify: byBytes, decoding, target });
  const place = readingPlace();
  const sourceOf = (
    { sample: { position } }: RowToLoad,
    threadsRead: boolean,
  ): PixelSource | null =>
    cache?.place(position) ?? (threadsRead ? (dataset.locate?.(position) ?? null) : null);
  return {
    delivered: (pixels) => stream.delivered(pixels),
    load: async (rows, pixels, { signal, urgent }) =>
      await wholeOrNothing(signal, async (task) => {
        const batch = { pool, stream, cache, pixels, urgent, task };
        const threadsRead = place.threadsRead();
        const sources = rows.map((row) => sourceOf(row, threadsRead));
        const direct = rows.filter((_, at) => sources[at] !== null);
        const others = rows.filter((_, at) => sources[at] === null);
        const [loaded, read] = await Promise.all([
          loadFrom(
            batch,
            direct,
            sources.filter((source) => source !== null),
          ),
          readAndLoad(batch, others, options),
        ]);
        place.measured(sources.filter(isLocation).length, loaded.times.readMs);
        const unread = loaded.unread.map((at) => direct[at]!);
        const again = await readAndLoad(batch, unread, options);
        const all = [...loadedRows(direct, loaded), ...read, ...again];
        return known === undefined ? all : all.map((row) => identified(row, dataset));
      }),
  };
}

/** One that threads read: neither kept pixels nor bytes. */
function isLocation(source: PixelSource | null): boolean {
  return source !== null && 'file' in source;
}

/** A row with the content of its image, as the dataset knows it. */
function identified<R extends RowToLoad>(
  row: LoadedRow<R>,
  { content }: Pick<Dataset, 'content'>,
): LoadedRow<R> {
  if (row.error !== undefined || content === undefined) return row;
  return { ...row, content: content(row.planned.sample.position) };
}

/** A batch that is being loaded. */
interface Batch {
  readonly pool: LoadPool;
  readonly stream: LoadStream;
  readonly cache: PixelCache | undefined;
  readonly pixels: Float32Array;
  readonly urgent: boolean | undefined;
  readonly task: WholeTask;
}

/** Loads images from these sources by threads, and notes what they kept. */
async function loadFrom(
  { pool, stream, cache, pixels, urgent, task }: Batch,
  rows: readonly RowToLoad[],
  sources: readonly PixelSource[],
): Promise<LoadedChunk> {
  const keepIn = cache?.block((bytes) => pool.shareBlock(bytes));
  const keys = rows.map(({ sample: { id, draw, replaces } }) => ({ id, draw, replaces }));
  const places = rows.map(({ row }) => row);
  const request = { keys, rows: places, sources, pixels, keepIn, urgent };
  const { loaded, settled } = stream.run(request, task.signal);
  task.until(settled);
  const done = await loaded;
  for (const { at, place } of done.kept) cache?.set(rows[at]!.sample.position, place);
  if (done.isFull && keepIn !== undefined) cache?.full(keepIn);
  return done;
}

/** Reads files a few at a time, and loads each few as soon as they are read. */
async function readAndLoad<R extends RowToLoad>(
  batch: Batch,
  rows: readonly R[],
  options: ReadBeforehandOptions,
): Promise<readonly LoadedRow<R>[]> {
  const groups = Array.from({ length: Math.ceil(rows.length / readTogether) }, (_, at) =>
    rows.slice(at * readTogether, (at + 1) * readTogether),
  );
  const loaded = await Promise.all(
    groups.map(async (group) => await readGroup(batch, group, options)),
  );
  return loaded.flat();
}

async function readGroup<R extends RowToLoad>(
  batch: Batch,
  rows: readonly R[],
  options: ReadBeforehandOptions,
): Promise<readonly LoadedRow<R>[]> {
  const { signal } = batch.task;
  const read = await Promise.all(
    rows.map(async ({ sample }) => await readBeforehand(sample, options, signal)),
  );
  const bad = rows.flatMap((planned, at) => {
    const error = read[at];
    return error instanceof PipelineError ? [{ planned, error }] : [];
  });
  const good = rows.filter((_, at) => !(read[at] instanceof PipelineError));
  if (good.length === 0) return bad;
  const bytes = read.flatMap((one) => (one instanceof PipelineError ? [] : [one]));
  return [...bad, ...loadedRows(good, await loadFrom(batch, good, bytes))];
}
