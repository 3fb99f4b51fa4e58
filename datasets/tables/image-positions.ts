import type { ImageIndex } from '../records/image-index.ts';
import { placeParts } from './image-place.ts';

/** Positions of images by their places in tables. */
export interface ImagePositions {
  /** Undefined of an image that is not in the index, such as one of another split. */
  of(object: number, group: number, image: number): number | undefined;
}

/** Groups of an object that can be told apart: 2^21, as many as places have. */
const perObject = 2 ** 21;

/** Finds positions by places: 4 bytes for each image, laid out when it is first asked. */
export function imagePositions({ object, from }: ImageIndex): ImagePositions {
  let groups: ReadonlyMap<number, Int32Array> | undefined;
  return {
    of(at, group, image) {
      groups ??= positionsOfGroups(object, from);
      const position = groups.get(at * perObject + group)?.[image] ?? -1;
      return position < 0 ? undefined : position;
    },
  };
}

function positionsOfGroups(
  object: Uint32Array,
  from: Float64Array,
): ReadonlyMap<number, Int32Array> {
  const sizes = new Map<number, number>();
  for (const [position, place] of from.entries()) {
    const { group, image } = placeParts(place);
    const key = object[position]! * perObject + group;
    const size = sizes.get(key) ?? 0;
    if (image >= size) sizes.set(key, image + 1);
  }
  const groups = new Map<number, Int32Array>();
  for (const [key, size] of sizes) groups.set(key, new Int32Array(size).fill(-1));
  for (const [position, place] of from.entries()) {
    const { group, image } = placeParts(place);
    groups.get(object[position]! * perObject + group)![image] = position;
  }
  return groups;
}
