import { vectorFault } from '../../vector-fault.ts';

/** Cosines between the vectors of the same images from a network and from an approximation of it. */
export interface VectorAgreement {
  /** Images that were compared: those whose reference has a direction. */
  readonly images: number;
  readonly mean: number;
  /** First percentile: 99 of 100 images are at least as near. */
  readonly percentile1: number;
  readonly least: number;
}

/**
 * Agreement of two sets of vectors, row by row. A row of the approximation without a direction counts as a cosine of −1.
 *
 * @param reference `[images, size]`. Borrowed, as is `approximation`.
 * @returns NaN for all numbers when no image can be compared.
 */
export function vectorAgreement(
  reference: Float32Array,
  approximation: Float32Array,
  size: number,
): VectorAgreement {
  const cosines: number[] = [];
  for (let start = 0; start < reference.length; start += size) {
    if (vectorFault(reference, start, size) !== undefined) continue;
    const isLost = vectorFault(approximation, start, size) !== undefined;
    cosines.push(isLost ? -1 : cosine(reference, approximation, start, size));
  }
  const sorted = Float64Array.from(cosines).sort();
  const images = sorted.length;
  return {
    images,
    mean: sorted.reduce((sum, value) => sum + value, 0) / images,
    percentile1: sorted[Math.floor(images / 100)] ?? Number.NaN,
    least: sorted[0] ?? Number.NaN,
  };
}

function cosine(one: Float32Array, other: Float32Array, start: number, size: number): number {
  let [product, ofOne, ofOther] = [0, 0, 0];
  for (let at = start; at < start + size; at += 1) {
    product += one[at]! * other[at]!;
    ofOne += one[at]! ** 2;
    ofOther += other[at]! ** 2;
  }
  return product / Math.sqrt(ofOne * ofOther);
}
