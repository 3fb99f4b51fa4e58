import type { LoadTimes } from './load-calls.ts';

/** Images that a thread is given at once. */
export interface ChunkSizes {
  /** The size for so many images and threads. */
  next(images: number, threads: number): number;
  /** Takes in how long a chunk took. */
  measured(times: LoadTimes): void;
}

/** Time of a chunk: long beside the message that brings it, short beside a batch and beside the patience of a person. */
const chunkMs = 16;

/** Images of a chunk, at most. */
const most = 64;

/** Weight of the newest chunk in the moving average. */
const weight = 0.2;

/**
 * Sizes of chunks by a moving average of the time that an image takes. No result depends on them.
 */
export function chunkSizes(): ChunkSizes {
  let imageMs: number | undefined;
  return {
    next(images, threads) {
      const byTime = imageMs === undefined ? 1 : Math.round(chunkMs / imageMs);
      // No thread is left without a share of the batch.
      const byShare = Math.ceil(images / threads);
      return Math.max(1, Math.min(byTime, byShare, most));
    },
    measured({ images, readMs, decodeMs, viewsMs }) {
      if (images === 0) return;
      const each = (readMs + decodeMs + viewsMs) / images;
      imageMs = imageMs === undefined ? each : imageMs + weight * (each - imageMs);
    },
  };
}
