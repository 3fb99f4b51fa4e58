import type { ImageContent } from '../types.ts';
import type { LoadedChunk } from './load-calls.ts';

/** Answer to one chunk of a request. */
export interface LoadedPart {
  /** Place of its first image in the request. */
  readonly first: number;
  readonly loaded: LoadedChunk;
}

/** One answer to a request whose chunks were answered one by one: places are those in the request. */
export function mergedChunks(parts: readonly LoadedPart[]): LoadedChunk {
  const contents: (ImageContent | undefined)[] = [];
  for (const { first, loaded } of parts) {
    for (const [at, content] of loaded.contents.entries()) contents[first + at] = content;
  }
  const all = <T>(take: (loaded: LoadedChunk, first: number) => readonly T[]): T[] =>
    parts.flatMap(({ first, loaded }) => take(loaded, first));
  return {
    unread: all(({ unread }, first) => unread.map((at) => first + at)),
    failed: all(({ failed }, first) => failed.map((one) => ({ ...one, at: first + one.at }))),
    kept: all(({ kept }, first) => kept.map((one) => ({ ...one, at: first + one.at }))),
    repaired: all(({ repaired }, first) => repaired.map((one) => ({ ...one, at: first + one.at }))),
    contents,
    isFull: parts.some(({ loaded }) => loaded.isFull),
    times: sumOfTimes(parts.map(({ loaded }) => loaded.times)),
  };
}

function sumOfTimes(times: readonly LoadedChunk['times'][]): LoadedChunk['times'] {
  const sum = { images: 0, readMs: 0, decodeMs: 0, viewsMs: 0 };
  for (const one of times) addTimes(sum, one);
  return sum;
}

/** Adds times to a sum. */
export function addTimes(
  sum: { -readonly [K in keyof LoadedChunk['times']]: number },
  { images, readMs, decodeMs, viewsMs }: LoadedChunk['times'],
): void {
  sum.images += images;
  sum.readMs += readMs;
  sum.decodeMs += decodeMs;
  sum.viewsMs += viewsMs;
}
