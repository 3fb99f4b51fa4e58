import type { PackedStrings } from '../../operators/packed-strings.ts';
import type { DatasetNote } from '../../operators/types.ts';
import type { StoredObjects } from '../store/stored-objects.ts';

/**
 * Index of a source: its images in order of their ids, and where the bytes of each lie. All that a plan needs, without a
 * pixel: some 30 bytes and the text of the id for each image.
 */
export interface ImageIndex {
  /** Class names, sorted by UTF-16 code units. */
  readonly classes: readonly string[];
  /** Ids, sorted by UTF-16 code units, no two equal. */
  readonly ids: PackedStrings;
  /** Class of each image, -1 when unknown. */
  readonly labels: Int32Array;
  /** All classes of the images that have several, ascending; absent where none has. */
  readonly labelSets?: ReadonlyMap<number, readonly number[]> | undefined;
  /** Objects that hold the images. */
  readonly objects: StoredObjects;
  /** Object of each image, by its place in `objects`. */
  readonly object: Uint32Array;
  /** First byte of each image in its object; 0 of a whole object; of a table, its row. */
  readonly from: Float64Array;
  /** Size of each image in bytes; -1 when unknown. */
  readonly bytes: Float64Array;
  /** CRC-32 of each image, where the indexing read them. */
  readonly crc32?: Uint32Array | undefined;
  /** What is to be told of the images whenever they are opened, also from a cache. @default nothing */
  readonly notes?: readonly DatasetNote[] | undefined;
  /** `datasetHash` of classes, ids, labels and label sets. */
  readonly hash: string;
}
