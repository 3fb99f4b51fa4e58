import { PipelineError } from '../errors.ts';
import { openPool, type Pool } from '../threads/pool.ts';
import { causeOfEnd, type ThreadEnd, wordsOfEnd } from '../threads/thread-end.ts';
import { openWorkerThread } from '../threads/worker-thread.ts';
import { packImages } from './packed-images.ts';
import { checkPreprocessing } from './preprocessing.ts';
import { spareBuffers } from './spare-buffers.ts';
import type { MadePixels, ViewCalls } from './view-calls.ts';
import type { ViewMaker } from './view-request.ts';
import { checkViewRecipe } from './view-recipe.ts';
import { checkImages, checkViewOptions, type ViewKey } from './views.ts';

/** A view maker that tells how busy it is. */
export interface ViewThreads extends ViewMaker {
  /** Requests that wait for their views. */
  readonly pending: number;
}

/**
 * Starts threads that make views, each one request after the other; a request goes to the least busy.
 *
 * @param count Threads, 1 or more.
 * @param module What runs in them: it serves `ViewCalls`.
 * @throws {PipelineError} `ERR_ENGINE` when one cannot start.
 */
export async function openViewThreads(
  count: number,
  module: URL = new URL('view-worker.ts', import.meta.url),
): Promise<ViewThreads> {
  const threads = openPool(
    Array.from({ length: count }, () => openWorkerThread<ViewCalls>({ module, errorOfEnd })),
  );
  await started(threads);
  const spare = spareBuffers();
  const taken = ({ pixels, bytes }: MadePixels): Float32Array => {
    spare.keepBytes(bytes);
    return pixels;
  };
  return {
    get pending() {
      return threads.pending;
    },
    async make({ images, keys, recipe, options }) {
      checkViewOptions(options);
      checkViewRecipe(recipe);
      checkImages(images, keys);
      const packed = packImages(images, spare.bytes());
      const request = { ...packed, keys: keys.map(keyOf), recipe, options };
      return taken(await threads.call('views', request, { handOver: [packed.bytes.buffer] }));
    },
    async prepare({ images, preprocessing }) {
      checkPreprocessing(preprocessing);
      const packed = packImages(images, spare.bytes());
      const into = spare.inputs();
      const handOver = [packed.bytes.buffer, ...(into === undefined ? [] : [into.buffer])];
      const request = { ...packed, preprocessing, into };
      return taken(await threads.call('inputs', request, { handOver }));
    },
    recycle: (inputs) => spare.keepInputs(inputs),
    async close() {
      threads.refuse(closed());
      await threads.close();
    },
  };
}

/** Settles when all threads are ready, or one cannot be; then there are none. */
async function started(threads: Pool<ViewCalls>): Promise<void> {
  try {
    await threads.callEach('ready', () => null);
  } catch (error) {
    await threads.close();
    throw error;
  }
}

function errorOfEnd(end: ThreadEnd): PipelineError {
  return new PipelineError(
    'ERR_ENGINE',
    `The thread that makes views ended before its work did: ${wordsOfEnd(end)}. Go on from the last checkpoint.`,
    causeOfEnd(end),
  );
}

function closed(): PipelineError {
  return new PipelineError(
    'ERR_CONTRACT',
    'The view maker is closed. Close it when the stream has ended.',
  );
}

/** Only what views are a function of: keys are often whole samples, with their pixels. */
function keyOf({ id, draw, replaces }: ViewKey): ViewKey {
  return { id, draw, replaces };
}
