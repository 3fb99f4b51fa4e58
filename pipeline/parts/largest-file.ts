import type { Dataset } from '../../operators/types.ts';

/** No image of a part is larger. */
const mostInPart = 2 ** 31;

/**
 * Largest image that is read, in bytes, by the limit for files.
 *
 * Images of a prepared dataset were below it as files. As they are stored, decoded, they are many times as large, and
 * what limits them is their number of pixels.
 */
export function largestFile({ prepared }: Pick<Dataset, 'prepared'>, maxBytes: number): number {
  return prepared === undefined ? maxBytes : mostInPart;
}
