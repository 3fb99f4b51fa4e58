import type { ImageIndex } from '../records/image-index.ts';
import { imagePlace } from './image-place.ts';

/** Positions of images by their places in tables. */
export interface ImagePositions {
  /** Undefined of an image that is not in the index, such as one of another split. */
  of(object: number, group: number, image: number): number | undefined;
}

/** Finds positions by places: 4 bytes for each image, sorted when it is first asked. */
export function imagePositions({ object, from }: ImageIndex): ImagePositions {
  let sorted: Uint32Array | undefined;
  const before = (position: number, at: number, place: number): boolean =>
    object[position]! < at || (object[position] === at && from[position]! < place);
  return {
    of(at, group, image) {
      sorted ??= Uint32Array.from(from.keys()).sort(
        (a, b) => object[a]! - object[b]! || from[a]! - from[b]!,
      );
      const place = imagePlace(group, image);
      let [low, high] = [0, sorted.length];
      while (low < high) {
        const middle = (low + high) >> 1;
        if (before(sorted[middle]!, at, place)) low = middle + 1;
        else high = middle;
      }
      const position = sorted[low];
      const isIt = position !== undefined && object[position] === at && from[position] === place;
      return isIt ? position : undefined;
    },
  };
}
