import type { Worker } from 'node:worker_threads';
import { messageOf, PipelineError } from '../errors.ts';
import { startWorker } from '../threads/start-worker.ts';
import type { RgbImage } from '../types.ts';
import { checkPreprocessing } from './preprocessing.ts';
import type { ViewMaker } from './view-request.ts';
import type { PackedViewRequest, ViewReply, ViewWork } from './view-work.ts';
import { checkViewRecipe } from './view-recipe.ts';
import { checkImages, checkViewOptions, type ViewKey } from './views.ts';

/** A view maker with one thread. */
export interface ViewThread extends ViewMaker {
  /** Requests that wait for their views. */
  readonly pending: number;
}

interface Waiting {
  readonly resolve: (views: Float32Array) => void;
  readonly reject: (reason: PipelineError) => void;
}

/**
 * Starts one thread that makes views, one request after the other.
 *
 * @param module What runs in it.
 * @throws {PipelineError} `ERR_ENGINE` when it cannot start.
 */
export async function openViewThread(
  module: URL = new URL('view-worker.ts', import.meta.url),
): Promise<ViewThread> {
  const worker = startWorker(module);
  const waiting = new Map<number, Waiting>();
  // Memory that travels to and fro instead of being mapped anew for each batch. There are no more pieces than
  // requests that waited at the same time.
  const spareBytes: Uint8Array<ArrayBuffer>[] = [];
  const spareInputs: Float32Array<ArrayBuffer>[] = [];
  let requests = 0;
  /** Why no further request will be answered. */
  let ended: PipelineError | undefined;
  let closing: Promise<void> | undefined;

  const end = (reason: PipelineError): void => {
    ended ??= reason;
    for (const { reject } of waiting.values()) reject(ended);
    waiting.clear();
  };
  const settle = (reply: Exclude<ViewReply, { kind: 'ready' }>): void => {
    const request = waiting.get(reply.number);
    waiting.delete(reply.number);
    if (reply.kind === 'views') {
      spareBytes.push(reply.bytes);
      request?.resolve(reply.views);
    } else request?.reject(new PipelineError('ERR_ENGINE', `Cannot make views: ${reply.message}`));
  };
  const ask = async (images: readonly RgbImage[], work: ViewWork): Promise<Float32Array> => {
    if (ended !== undefined) throw ended;
    const packed = pack(images, work, requests, spareBytes.pop());
    requests += 1;
    const into = work.kind === 'inputs' && work.into !== undefined ? [work.into.buffer] : [];
    return await new Promise((resolve, reject) => {
      worker.postMessage(packed, [packed.bytes.buffer, ...into]);
      waiting.set(packed.number, { resolve, reject });
    });
  };
  await ready(worker, settle, end);

  return {
    get pending() {
      return waiting.size;
    },
    async make({ images, keys, recipe, options }) {
      checkViewOptions(options);
      checkViewRecipe(recipe);
      checkImages(images, keys);
      return await ask(images, { kind: 'views', keys: keys.map(keyOf), recipe, options });
    },
    async prepare({ images, preprocessing }) {
      checkPreprocessing(preprocessing);
      return await ask(images, { kind: 'inputs', preprocessing, into: spareInputs.pop() });
    },
    recycle(inputs) {
      const { buffer, byteLength } = inputs;
      if (!(buffer instanceof ArrayBuffer) || buffer.byteLength !== byteLength) return;
      // Those of another length belong to a batch of another size, such as the last.
      if (spareInputs.some(({ length }) => length !== inputs.length)) spareInputs.length = 0;
      spareInputs.push(new Float32Array(buffer));
    },
    close() {
      end(
        new PipelineError(
          'ERR_CONTRACT',
          'The view maker is closed. Close it when the stream has ended.',
        ),
      );
      closing ??= worker.terminate().then(() => {});
      return closing;
    },
  };
}

/** Settles when the thread is ready or cannot be. Later replies go to `settle`, and its end to `end`. */
function ready(
  worker: Worker,
  settle: (reply: Exclude<ViewReply, { kind: 'ready' }>) => void,
  end: (reason: PipelineError) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const die = (message: string, options: ErrorOptions = {}): void => {
      const reason = new PipelineError(
        'ERR_ENGINE',
        `The thread that makes views ended before its work did: ${message}. Go on from the last checkpoint.`,
        options,
      );
      end(reason);
      reject(reason);
    };
    worker.on('error', (cause: unknown) => die(messageOf(cause), { cause }));
    worker.on('exit', (code) => die(`it exited with code ${code}`));
    worker.on('message', (reply: ViewReply) => {
      if (reply.kind === 'ready') resolve();
      else settle(reply);
    });
  });
}

function pack(
  images: readonly RgbImage[],
  work: ViewWork,
  number: number,
  spare: Uint8Array<ArrayBuffer> | undefined,
): PackedViewRequest {
  const total = images.reduce((sum, { data }) => sum + data.length, 0);
  const fits = spare !== undefined && spare.length >= total;
  const bytes = fits ? spare : new Uint8Array(total);
  const sizes = new Int32Array(images.length * 2);
  let offset = 0;
  for (const [at, { width, height, data }] of images.entries()) {
    bytes.set(data, offset);
    offset += data.length;
    sizes[at * 2] = width;
    sizes[at * 2 + 1] = height;
  }
  return { number, bytes, sizes, work };
}

/** Only what views are a function of: keys are often whole samples, with their pixels. */
function keyOf({ id, draw, replaces }: ViewKey): ViewKey {
  return { id, draw, replaces };
}
