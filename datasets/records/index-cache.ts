import type { Columns } from './column-file.ts';
import type { ImageIndex } from './image-index.ts';

/** Cache of indexes on a local disk, shared by processes, so that a store is listed once. */
export interface IndexCache {
  /**
   * The index that was kept under a key; undefined when there is none, or it is damaged.
   *
   * @param key SHA-256 (hex) over the kind of source and all that an index depends on: the objects with their versions, and
   * options.
   */
  read(key: string): Promise<ImageIndex | undefined>;
  /** Keeps an index. A full disk is no error: `problem` says so. */
  write(key: string, index: ImageIndex): Promise<void>;
  /**
   * Bytes that a source kept for one of its objects, such as the members of a tar shard, in a form of its own: so that only
   * objects that changed are looked through again. Undefined when there are none, or they are damaged.
   */
  readPart(key: string): Promise<Uint8Array | undefined>;
  /** Keeps such bytes. @param bytes Borrowed until it resolves. */
  writePart(key: string, bytes: Uint8Array): Promise<void>;
  /** Columns that a source kept in a form of its own; undefined when there are none, or they are damaged. */
  readColumns(key: string): Promise<Columns | undefined>;
  /** Keeps such columns. @param columns Borrowed until it resolves. */
  writeColumns(key: string, columns: Columns): Promise<void>;
  /** What went wrong with the cache first, to be told once; undefined when nothing did. */
  readonly problem: string | undefined;
}
