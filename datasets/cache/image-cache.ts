import type { ImageLocation } from '../../operators/types.ts';

/** Place of kept bytes: a file, a range of it, and the CRC-32 of the bytes. */
export type KeptPlace = Required<ImageLocation>;

/**
 * Cache of image bytes on a local disk, shared by processes: a folder of bounded size.
 *
 * Keys name contents (`contentKey`): an object in one version, and a part of it. What another process removed meanwhile is
 * no longer there when it is read: whoever reads it fetches it again.
 */
export interface ImageCache {
  /** Largest size of the folder in bytes; 0 keeps nothing. */
  readonly maxBytes: number;
  /** The place of kept bytes, without looking at the disk; undefined when they are not known to be kept. */
  find(key: string): KeptPlace | undefined;
  /**
   * Keeps bytes; resolves when other processes can read them.
   *
   * A full disk, and bytes that are larger than the cache, are not kept, and no error: `problem` says so.
   *
   * @param bytes Borrowed until it resolves.
   */
  keep(key: string, bytes: Uint8Array): Promise<KeptPlace | undefined>;
  /** What went wrong with the cache first, to be told once; undefined when nothing did. */
  readonly problem: string | undefined;
}
