import type { RgbImage } from '../types.ts';
import { ownBlock, type PixelBlock, type PixelPlace } from './load-calls.ts';

/** A thread's side of the decoded cache: it writes pixels into a block, and reads those of all. */
export interface KeptPixels {
  add(block: PixelBlock): void;
  /** Copies the pixels of an image into a block; where they do not fit, says whether they would if it were empty. */
  keep(block: number, image: RgbImage): PixelPlace | 'full' | 'tooLarge';
  /** The image at a place, without a copy. */
  at(place: PixelPlace, own: SharedArrayBuffer | undefined): RgbImage;
}

export function keptPixels(): KeptPixels {
  const blocks = new Map<number, PixelBlock>();
  return {
    add: (block) => void blocks.set(block.number, block),
    keep(number, { width, height, data }) {
      const { bytes, taken } = blocks.get(number)!;
      if (data.length > bytes.byteLength) return 'tooLarge';
      const from = reserved(new Int32Array(taken), data.length, bytes.byteLength);
      if (from === undefined) return 'full';
      new Uint8Array(bytes, from, data.length).set(data);
      return [number, from, width, height];
    },
    at([number, from, width, height], own) {
      const bytes = number === ownBlock ? own! : blocks.get(number)!.bytes;
      return { width, height, data: new Uint8Array(bytes, from, width * height * 3) };
    },
  };
}

/** Takes so many bytes of a block, of which other threads take at the same time; undefined where they do not fit. */
function reserved(taken: Int32Array, length: number, size: number): number | undefined {
  for (;;) {
    const from = Atomics.load(taken, 0);
    if (from + length > size) return undefined;
    if (Atomics.compareExchange(taken, 0, from, from + length) === from) return from;
  }
}
