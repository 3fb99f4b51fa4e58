// Its list of loaders is made before the first thread starts.
// oxlint-disable-next-line import/no-unassigned-import
import '../image/sharp-setup.ts';
import { checkPreprocessing } from '../image/preprocessing.ts';
import { checkViewRecipe } from '../image/view-recipe.ts';
import type { ViewMaker } from '../image/view-request.ts';
import { checkImages, checkViewOptions, type ViewKey } from '../image/views.ts';
import { availableCores } from '../threads/available-cores.ts';
import type { RgbImage } from '../types.ts';
import type { LoadTarget } from './load-calls.ts';
import { type LoadPool, openLoadPool } from './load-pool.ts';
import { rowLength } from './row-maker.ts';
import { sharedImages } from './shared-images.ts';

/** Options of `openImageWorkers`. */
export interface ImageWorkersOptions {
  /** Threads at most, 1 or more. They start as they are needed. @default all cores */
  readonly threads?: number | undefined;
  /** What runs in them, for tests. @default the loader of images */
  readonly module?: URL | undefined;
}

/**
 * Pool of threads that read, decode and augment images, into memory that they share. Each image is the work of one
 * thread; which one decides nothing but the time.
 */
export interface ImageWorkers extends ViewMaker {
  /** What the stages `loadViews` and `loadInputs` work with. */
  readonly pool: LoadPool;
  /** What a person should know of this machine, such as that views are made without SIMD. */
  readonly notes: readonly string[];
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
  const { threads = availableCores(), module = new URL('load-worker.ts', import.meta.url) } =
    options;
  if (!Number.isInteger(threads) || threads < 1) {
    throw new RangeError(`Expected \`threads\` to be an integer of at least 1, got \`${threads}\``);
  }
  const pool = await openLoadPool(threads, module);
  return {
    pool,
    notes: pool.notes,
    async make({ images, keys, recipe, options: viewOptions }) {
      checkViewOptions(viewOptions);
      checkViewRecipe(recipe);
      checkImages(images, keys);
      const target: LoadTarget = { kind: 'views', recipe, options: viewOptions };
      return await rowsOf(pool, images, keys.map(keyOf), target);
    },
    async prepare({ images, preprocessing }) {
      checkPreprocessing(preprocessing);
      const keys = images.map(() => noKey);
      return await rowsOf(pool, images, keys, { kind: 'inputs', preprocessing });
    },
    recycle: (pixels) => pool.finished(pixels),
    close: async () => await pool.close(),
  };
}

/** Rows of images whose pixels are at hand. */
async function rowsOf(
  pool: LoadPool,
  images: readonly RgbImage[],
  keys: readonly ViewKey[],
  target: LoadTarget,
): Promise<Float32Array> {
  const pixels = pool.memory.take(images.length * rowLength(target));
  const stream = pool.open({ maxBytes: 0, identify: false, decoding: {}, target });
  const rows = images.map((_, row) => row);
  const request = { ...sharedImages(images), keys, rows, pixels };
  await stream.run(request, new AbortController().signal).loaded;
  pool.delivered();
  return pixels;
}

/** Only what views are a function of: keys are often whole samples, with their pixels. */
function keyOf({ id, draw, replaces }: ViewKey): ViewKey {
  return { id, draw, replaces };
}

/** Inputs are a function of the pixels alone. */
const noKey: ViewKey = { id: '', draw: 0, replaces: undefined };
