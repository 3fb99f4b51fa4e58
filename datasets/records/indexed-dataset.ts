import { createHash } from 'node:crypto';
import { isAboutImage, messageOf, PipelineError } from '../../operators/errors.ts';
import { fileTooLarge } from '../../operators/file-too-large.ts';
import type { Dataset, DatasetNote, ImageLocation, Sample } from '../../operators/types.ts';
import type { ImageIndex } from './image-index.ts';
import { requirePosition } from './require-position.ts';

/** Reader of the images of an index. */
export interface RecordReader {
  /** Where the images of a position lie, for messages: an object, and its row or member. */
  nameOf(position: number): string;
  /**
   * The bytes of one image, which nobody else holds.
   *
   * @throws {Error} About the image: the message is the reason; `PipelineError` `ERR_DATASET` about the store.
   * @throws The reason of the signal when it aborts.
   */
  read(position: number, signal?: AbortSignal): Promise<Uint8Array>;
  /** Place of those bytes on a local disk; null where only `read` gets at them. */
  locate?(position: number): ImageLocation | null;
  /** True where it bounds its own readings, so that whoever asks need not. */
  readonly limitsReads: boolean;
}

/** Options of `indexedDataset`. */
export interface IndexedDatasetOptions {
  /** The source as messages call it, without credentials. */
  readonly name: string;
  readonly notes?: readonly DatasetNote[] | undefined;
  readonly reader: RecordReader;
}

/** Dataset of the images of an index. */
export function indexedDataset(index: ImageIndex, options: IndexedDatasetOptions): Dataset {
  const { name, notes, reader } = options;
  const { classes, ids, labels, labelSets, bytes: sizes, hash } = index;
  const count = ids.length;
  const sample = (position: number): Sample => {
    requirePosition(position, count);
    const label = labels[position]!;
    const set = labelSets?.get(position);
    return {
      id: ids.at(position),
      label: label === -1 ? null : label,
      ...(set === undefined ? {} : { labels: set }),
    };
  };
  return {
    name,
    classes,
    count,
    hash,
    version: indexVersion(index),
    notes,
    limitsReads: reader.limitsReads,
    sample,
    async read(position, signal, maxBytes = Infinity) {
      const { id } = sample(position);
      const size = sizes[position]!;
      if (size > maxBytes) throw fileTooLarge(id, size, maxBytes);
      try {
        return await reader.read(position, signal);
      } catch (error) {
        signal?.throwIfAborted();
        if (error instanceof PipelineError && !isAboutImage(error)) throw error;
        throw unreadable(id, reader.nameOf(position), error);
      }
    },
    async size(position) {
      requirePosition(position, count);
      const size = sizes[position]!;
      return size === -1 ? (await this.read(position)).length : size;
    },
    locate(position) {
      requirePosition(position, count);
      return reader.locate?.(position) ?? null;
    },
  };
}

/** SHA-256 (hex) over the identities of the objects and the place of each image in them. */
export function indexVersion(index: ImageIndex): string {
  const { objects, object, from, bytes } = index;
  const { text, starts } = objects.versions;
  const hash = createHash('sha256').update(`${objects.length} objects, ${bytes.length} images\n`);
  for (const column of [starts, text, objects.bytes, object, from, bytes]) {
    hash.update(new Uint8Array(column.buffer, column.byteOffset, column.byteLength));
  }
  return hash.digest('hex');
}

function unreadable(id: string, place: string, error: unknown): PipelineError {
  const where = place === id ? '' : ` from \`${place}\``;
  return new PipelineError('ERR_READ', `Could not read \`${id}\`${where}: ${messageOf(error)}`, {
    sample: id,
    path: place,
    cause: error,
  });
}
