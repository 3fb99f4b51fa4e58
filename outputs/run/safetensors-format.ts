/** Key of the header under which the metadata stands. */
export const metadataKey = '__metadata__';

/** Bytes of the length of the header, which opens the file. */
export const lengthBytes = 8;

/** Number of values of a tensor. */
export function valuesOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
