import { permutation, seededRandom } from './random.ts';
import type { Dataset } from './types.ts';

/**
 * Fingerprint of the images of a dataset: the SHA-256 of some of them, which its hash chooses.
 *
 * The hash of a dataset covers names and classes. Two folders can have the same; their fingerprints differ. Lines are
 * those of `sha256sum`, with ids for names, and `unreadable` in place of the sum of an image that could not be read.
 */
export type Fingerprint = readonly string[];

/** Most images of a fingerprint. */
const mostImages = 256;

/**
 * Positions whose images make up the fingerprint: one of each of 256 equal stretches, or all of fewer. Also the first few
 * of them lie all over the dataset.
 */
export function fingerprintPositions({ hash, count }: Pick<Dataset, 'hash' | 'count'>): number[] {
  const stretches = Math.min(count, mostImages);
  const random = seededRandom('fingerprint', hash);
  const positions = Array.from({ length: stretches }, (_, at) => {
    const from = Math.floor((at * count) / stretches);
    const end = Math.floor(((at + 1) * count) / stretches);
    return from + random.below(end - from);
  });
  return Array.from(permutation(stretches, random), (at) => positions[at]!);
}

/** Line of one image. @param sha256 Null when it could not be read. */
export function fingerprintLine(id: string, sha256: string | null): string {
  return `${sha256 ?? 'unreadable'}  ${id}`;
}

/** What a line says: an id, and the SHA-256 (hex) of its image or `unreadable`. */
export function parsedLine(line: string): { readonly id: string; readonly sum: string } {
  const gap = line.indexOf('  ');
  return { id: line.slice(gap + 2), sum: line.slice(0, gap) };
}

/**
 * Ids of images that have other bytes than before. One that could not be read, then or now, is none of them.
 *
 * @param before Of a dataset of the same hash.
 */
export function changedImages(before: Fingerprint, now: Fingerprint): string[] {
  const sums = new Map(before.map(parsedLine).map(({ id, sum }) => [id, sum]));
  return now.flatMap((line) => {
    const { id, sum } = parsedLine(line);
    const earlier = sums.get(id) ?? sum;
    const isKnown = sum !== 'unreadable' && earlier !== 'unreadable';
    return isKnown && earlier !== sum ? [id] : [];
  });
}
