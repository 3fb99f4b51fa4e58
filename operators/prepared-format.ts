/*
 * The folder of a prepared dataset, as far as whoever reads it and whoever writes it agree on it:
 *
 *   manifest.json           format, dataset, classes, preparation; parts with rows, bytes and SHA-256
 *   part-00000.arrow        rows of images; each value of the column `image` is an image file
 *   part-00000.index.json   of each position: id, label, and where the bytes of its image lie in the part
 *   quarantine.arrow        images that could not be used
 */

/** `format` of the manifest; of that of a shard with `-shard` behind it. */
export const preparedFormat = 'sincere-prepared';

/** Version of the format. */
export const preparedVersion = 1;

/** `format` of the file beside a part. */
export const preparedIndexFormat = 'sincere-prepared-index';

/** The name of the manifest. */
export const preparedManifestName = 'manifest.json';

/**
 * Index of a part: a list for each column, one value for each position of the dataset that the part covers.
 *
 * Of an image that could not be used, all but id and label are null. Offsets and lengths are bytes of the part file.
 */
export interface PreparedIndex {
  readonly format: typeof preparedIndexFormat;
  readonly version: number;
  readonly ids: readonly string[];
  /** Positions in the classes; null when unknown. */
  readonly labels: readonly (number | null)[];
  /** All classes of an image that has several, ascending, null of others; absent where none of the part has several. */
  readonly labelSets?: readonly (readonly number[] | null)[] | undefined;
  /** First byte of the image in the part. */
  readonly from: readonly (number | null)[];
  readonly bytes: readonly (number | null)[];
  /** CRC-32 of those bytes, as zlib has it. */
  readonly crc32: readonly (number | null)[];
  /** SHA-256 (hex) and size of the file that the image was made of. */
  readonly sha256: readonly (string | null)[];
  readonly sourceBytes: readonly (number | null)[];
  /** Of the stored image, in pixels. */
  readonly width: readonly (number | null)[];
  readonly height: readonly (number | null)[];
}

/** The file beside a part that says where its images lie, such as `part-00003.index.json`. */
export function indexName(partFile: string): string {
  return partFile.replace(/\.arrow$/u, '.index.json');
}
