import { messageOf, PipelineError } from '../errors.ts';
import { imageContent } from '../image-content.ts';
import { decodePixels } from '../image/decode-pixels.ts';
import { javascriptViewsNote, viewKernelHere } from '../image/view-renderer.ts';
import { callFailure, type CallFailure } from '../threads/call-failure.ts';
import { serveCalls } from '../threads/serve-calls.ts';
import type { DecodedPixels } from '../image/decode-options.ts';
import type { ImageContent } from '../types.ts';
import { keptPixels } from './kept-pixels.ts';
import type { LoadCalls, LoadChunk, LoadedChunk, LoadJob, PixelPlace } from './load-calls.ts';
import { locatedReader } from './read-located.ts';
import { type RowMaker, rowMaker } from './row-maker.ts';

// The other side of `openImageWorkers`: reads, decodes and makes the rows of the images of one chunk after the other.
const kept = keptPixels();
const reader = locatedReader();
let maker: { readonly key: number; readonly make: RowMaker } | undefined;

serveCalls<LoadCalls>(
  {
    ready: () => ({ notes: viewKernelHere() === 'simd' ? [] : [javascriptViewsNote] }),
    block(block) {
      kept.add(block);
      return null;
    },
    load,
  },
  { describe },
);

/** The maker of a job; a thread works for one job at a time, most often. */
function makerOf({ key, target }: LoadJob): RowMaker {
  if (maker?.key !== key) maker = { key, make: rowMaker(target) };
  return maker.make;
}

async function load(chunk: LoadChunk): Promise<LoadedChunk> {
  const make = makerOf(chunk.job);
  const loaded = nothingYet();
  for (const [at, key] of chunk.keys.entries()) {
    const image = await pixelsOf(chunk, at, loaded);
    if (image === undefined) continue;
    const began = performance.now();
    make(image, key, chunk.pixels, chunk.rows[at]!);
    loaded.times.viewsMs += performance.now() - began;
    loaded.times.images += 1;
  }
  return loaded;
}

/** A `LoadedChunk` that is being filled. */
interface Loading {
  readonly unread: number[];
  readonly failed: { readonly at: number; readonly failure: CallFailure }[];
  readonly kept: { readonly at: number; readonly place: PixelPlace }[];
  readonly repaired: { readonly at: number; readonly told: string }[];
  readonly contents: (ImageContent | undefined)[];
  isFull: boolean;
  readonly times: { images: number; readMs: number; decodeMs: number; viewsMs: number };
}

function nothingYet(): Loading {
  return {
    unread: [],
    failed: [],
    kept: [],
    repaired: [],
    contents: [],
    isFull: false,
    times: { images: 0, readMs: 0, decodeMs: 0, viewsMs: 0 },
  };
}

/** The pixels of an image; undefined where there are none, which is noted. */
async function pixelsOf(
  chunk: LoadChunk,
  at: number,
  loaded: Loading,
): Promise<DecodedPixels | undefined> {
  const source = chunk.sources[at]!;
  if ('length' in source && !(source instanceof Uint8Array)) return kept.at(source, chunk.own);
  const { maxBytes, identify, decoding } = chunk.job;
  const began = performance.now();
  const bytes = source instanceof Uint8Array ? source : reader.read(source, maxBytes);
  if (bytes === undefined) {
    loaded.unread.push(at);
    return undefined;
  }
  if (identify) loaded.contents[at] = imageContent(bytes);
  const read = performance.now();
  loaded.times.readMs += read - began;
  try {
    const image = await decodePixels(bytes, decoding);
    if (image.repaired !== undefined) loaded.repaired.push({ at, told: image.repaired });
    if (chunk.keepIn !== undefined) keep(chunk.keepIn, at, image, loaded);
    return image;
  } catch (error) {
    if (!(error instanceof PipelineError) || error.code !== 'ERR_DECODE') throw error;
    loaded.failed.push({ at, failure: callFailure(error) });
    return undefined;
  } finally {
    loaded.times.decodeMs += performance.now() - read;
  }
}

function keep(block: number, at: number, image: DecodedPixels, loaded: Loading): void {
  const place = kept.keep(block, image);
  if (place === 'full') loaded.isFull = true;
  // No other block would hold one that is too large, and this one still holds others.
  else if (place !== 'tooLarge') loaded.kept.push({ at, place });
}

function describe(error: unknown): CallFailure {
  return {
    ...callFailure(error),
    code: 'ERR_ENGINE',
    message: `Cannot load images: ${messageOf(error)}`,
  };
}
