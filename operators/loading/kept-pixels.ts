import type { RgbImage } from '../types.ts';
import { ownBlock, type PixelBlock, type PixelPlace } from './load-calls.ts';

/** A thread's side of the decoded cache: it writes pixels into a block, and reads those of all. */
export interface KeptPixels {
  add(block: PixelBlock): void;
  /** Copies the pixels of an image into a block; undefined where they do not fit. */
  keep(block: number, image: RgbImage): PixelPlace | undefined;
  /** The image at a place, without a copy. */
  at(place: PixelPlace, own: SharedArrayBuffer | undefined): RgbImage;
}

export function keptPixels(): KeptPixels {
  const blocks = new Map<number, PixelBlock>();
  return {
    add: (block) => void blocks.set(block.number, block),
    keep(number, { width, height, data }) {
      const { bytes, taken } = blocks.get(number)!;
      const count = new Int32Array(taken);
      const from = Atomics.add(count, 0, data.length);
      if (from + data.length > bytes.byteLength) {
        // Taken back at once, or the count would run over after 2 GiB of images that did not fit.
        Atomics.sub(count, 0, data.length);
        return undefined;
      }
      new Uint8Array(bytes, from, data.length).set(data);
      return [number, from, width, height];
    },
    at([number, from, width, height], own) {
      const bytes = number === ownBlock ? own! : blocks.get(number)!.bytes;
      return { width, height, data: new Uint8Array(bytes, from, width * height * 3) };
    },
  };
}
