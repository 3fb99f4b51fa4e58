// Its list of loaders is made before the first thread starts.
// oxlint-disable-next-line import/no-unassigned-import
import '../image/sharp-setup.ts';
import { checkPreprocessing, type Preprocessing } from '../image/preprocessing.ts';
import { checkViewRecipe, type ViewRecipe } from '../image/view-recipe.ts';
import { checkImages, checkViewOptions, type ViewKey, type ViewOptions } from '../image/views.ts';
import { availableCores } from '../threads/available-cores.ts';
import type { RgbImage } from '../types.ts';
import type { InputRequest, ViewRequest } from './image-requests.ts';
import type { LoadTarget } from './load-calls.ts';
import { type LoadPool, openLoadPool } from './load-pool.ts';
import { rowLength } from './row-maker.ts';
import { sharedImages } from './shared-images.ts';

/** Options of `openImageWorkers`. */
export interface ImageWorkersOptions {
  /** Threads at most, 1 or more. They start as they are needed. @default one and a half for each core */
  readonly threads?: number | undefined;
  /** What runs in them, for tests. @default the loader of images */
  readonly module?: URL | undefined;
}

/**
 * Pool of threads that read, decode and augment images, into memory that they share. Each image is the work of one
 * thread; which one decides nothing but the time.
 */
export interface ImageWorkers {
  /** What the stages `loadViews` and `loadInputs` work with. */
  readonly pool: LoadPool;
  /** What a person should know of this machine, such as that views are made without SIMD. */
  readonly notes: readonly string[];
  /**
   * Views of decoded images, bit for bit those of `makeViews`.
   *
   * @returns `[images * views, imageSize, imageSize, 3]` float32, owned by the caller.
   * @throws {RangeError} When the request is out of range.
   * @throws {PipelineError} `ERR_ENGINE` when its thread has died, `ERR_CONTRACT` after `close`.
   */
  makeViews(request: ViewRequest): Promise<Float32Array>;
  /**
   * Inputs of decoded images, bit for bit those of `inputMaker`.
   *
   * @returns `[images, …]` float32 in the layout of the preprocessing, owned by the caller.
   * @throws {RangeError} When the request is out of range.
   * @throws {PipelineError} `ERR_ENGINE` when its thread has died, `ERR_CONTRACT` after `close`.
   */
  makeInputs(request: InputRequest): Promise<Float32Array>;
  /** Takes back a batch that was made here, for a later call: mapping so much memory anew takes time. */
  recycle(pixels: Float32Array): void;
  /** Ends the threads; requests that wait are refused. Idempotent. */
  close(): Promise<void>;
}

/**
 * Opens a pool of threads that load images, to be closed by the caller.
 *
 * Requests are not limited here: the demand gate upstream bounds them by its window.
 *
 * @throws {RangeError} When `threads` is not an integer of at least 1.
 * @throws {PipelineError} `ERR_ENGINE` when a thread cannot start.
 * @example
 * ```ts
 * const workers = await openImageWorkers({ threads: 2 });
 * const augmentation = { recipe: viewRecipe('paper'), views: 2, imageSize: 32, seed: 0 };
 * const augment = augmentViews(workers, augmentation);
 * await workers.close(); // when the stream through `augment` has ended
 * ```
 */
export async function openImageWorkers(options: ImageWorkersOptions = {}): Promise<ImageWorkers> {
  const { threads = usualThreads(), module = new URL('load-worker.ts', import.meta.url) } = options;
  if (!Number.isInteger(threads) || threads < 1) {
    throw new RangeError(`Expected \`threads\` to be an integer of at least 1, got \`${threads}\``);
  }
  const pool = await openLoadPool(threads, module);
  const viewsOf = lastUsed((recipe: ViewRecipe, viewOptions: ViewOptions) =>
    rowsMaker(pool, { kind: 'views', recipe, options: viewOptions }),
  );
  const inputsOf = lastUsed((preprocessing: Preprocessing) =>
    rowsMaker(pool, { kind: 'inputs', preprocessing }),
  );
  return {
    pool,
    notes: pool.notes,
    async makeViews({ images, keys, recipe, options: viewOptions }) {
      checkViewOptions(viewOptions);
      checkViewRecipe(recipe);
      checkImages(images, keys);
      return await viewsOf(recipe, viewOptions)(images, keys.map(keyOf));
    },
    async makeInputs({ images, preprocessing }) {
      checkPreprocessing(preprocessing);
      const keys = images.map(() => noKey);
      return await inputsOf(preprocessing)(images, keys);
    },
    recycle: (pixels) => pool.finished(pixels),
    close: async () => await pool.close(),
  };
}

/** Makes rows of images whose pixels are at hand. */
type RowsMaker = (images: readonly RgbImage[], keys: readonly ViewKey[]) => Promise<Float32Array>;

function rowsMaker(pool: LoadPool, target: LoadTarget): RowsMaker {
  const stream = pool.open({ maxBytes: 0, identify: false, decoding: {}, target });
  const length = rowLength(target);
  return async (images, keys) => {
    const pixels = pool.memory.take(images.length * length);
    const rows = images.map((_, row) => row);
    const request = { ...sharedImages(images), keys, rows, pixels };
    const { loaded, settled } = stream.run(request, new AbortController().signal);
    try {
      await loaded;
    } catch (error) {
      await settled;
      pool.memory.giveBack(pixels);
      throw error;
    }
    stream.delivered(pixels);
    return pixels;
  };
}

/** Reuse of what was opened last while the same is asked for, as by a stage for each of its batches. */
function lastUsed<K extends readonly unknown[], T>(open: (...key: K) => T): (...key: K) => T {
  let last: { readonly key: K; readonly opened: T } | undefined;
  return (...key) => {
    if (last === undefined || !key.every((one, at) => one === last?.key[at])) {
      last = { key, opened: open(...key) };
    }
    return last.opened;
  };
}

/** Only what views are a function of: keys are often whole samples, with their pixels. */
function keyOf({ id, draw, replaces }: ViewKey): ViewKey {
  return { id, draw, replaces };
}

/** Inputs are a function of the pixels alone. */
const noKey: ViewKey = { id: '', draw: 0, replaces: undefined };

/** Threads for the cores here: one that waits for a thread of libvips leaves its core to another. */
export function usualThreads(): number {
  return Math.ceil(1.5 * availableCores());
}
