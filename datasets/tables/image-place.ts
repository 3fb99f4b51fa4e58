/*
 * Place of an image in a table whose images have to be decoded, as one number: its group of rows, and its number among the
 * images of the group.
 */

/** Images of a group that can be told apart: 2^32. */
const perGroup = 2 ** 32;

/** The place as a number. */
export function imagePlace(group: number, image: number): number {
  return group * perGroup + image;
}

/** Group and number of an image. */
export function placeParts(place: number): { readonly group: number; readonly image: number } {
  return { group: Math.floor(place / perGroup), image: place % perGroup };
}
