import type { Dataset } from '../../operators/types.ts';

/** What identifies the images of a dataset without reading them. */
export type VersionedImages = Pick<Dataset, 'hash' | 'version'>;

/** Whether two listings are of the same images, byte by byte, as far as it is known without reading them. */
export function isSameVersion(one: VersionedImages, other: VersionedImages): boolean {
  return one.version !== undefined && one.version === other.version && one.hash === other.hash;
}
