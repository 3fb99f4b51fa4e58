import type { RgbImage } from '../types.ts';
import { ownBlock, type PixelPlace } from './load-calls.ts';

/** Images whose pixels were copied into memory of their own that threads share. */
export interface SharedImages {
  readonly own: SharedArrayBuffer;
  readonly sources: readonly PixelPlace[];
}

export function sharedImages(images: readonly RgbImage[]): SharedImages {
  const own = new SharedArrayBuffer(images.reduce((sum, { data }) => sum + data.length, 0));
  let from = 0;
  const sources = images.map(({ width, height, data }): PixelPlace => {
    const place = [ownBlock, from, width, height] as const;
    new Uint8Array(own, from).set(data);
    from += data.length;
    return place;
  });
  return { own, sources };
}
