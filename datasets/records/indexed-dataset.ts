import { isAboutImage, messageOf, PipelineError } from '../../operators/errors.ts';
import { fileTooLarge } from '../../operators/file-too-large.ts';
import type { Dataset, DatasetNote, ImageLocation, Sample } from '../../operators/types.ts';
import type { ImageIndex } from './image-index.ts';
import { indexVersion } from './index-version.ts';
import { requirePosition } from './require-position.ts';

/** Reader of the images of an index. */
export interface RecordReader {
  /** Where the images of a position lie, for messages: an object, and its row or member. */
  nameOf(position: number): string;
  /**
   * The bytes of one image, which nobody else holds.
   *
   * @param maxBytes Most bytes that are wanted of an image whose size is known only now. @default Infinity
   * @throws {Error} About the image: the message is the reason; `PipelineError` `ERR_DATASET` about the store.
   * @throws The reason of the signal when it aborts.
   */
  read(position: number, signal?: AbortSignal, maxBytes?: number): Promise<Uint8Array>;
  /** Size of an image that the index does not know, where it costs no more than a look at a local file. */
  size?: ((position: number) => Promise<number>) | undefined;
  /** Place of those bytes on a local disk; null where only `read` gets at them. */
  locate?(position: number): ImageLocation | null;
  /** What an image is of what lies at its place, where that does not tell: see `indexVersion`. */
  readonly form?: string | undefined;
  /** False where the index does not know the versions of all objects. @default true */
  readonly isPinned?: boolean | undefined;
  /** Most bytes of a remote source that its cache keeps. @default nothing is kept, or nothing is remote */
  readonly keepsBytes?: number | undefined;
  /** True where it bounds its own readings, so that whoever asks need not. */
  readonly limitsReads: boolean;
}

/** Options of `indexedDataset`. */
export interface IndexedDatasetOptions {
  /** The source as messages call it, without credentials. */
  readonly name: string;
  /** Further ones than those of the index. */
  readonly notes?: readonly DatasetNote[] | undefined;
  readonly reader: RecordReader;
}

/** Dataset of the images of an index. */
export function indexedDataset(index: ImageIndex, options: IndexedDatasetOptions): Dataset {
  const { name, reader } = options;
  const notes = [
    ...(index.notes ?? []),
    ...(options.notes ?? []),
    ...largerThanCache(index, reader),
  ];
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
  const asked = async <T>(
    position: number,
    ask: () => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T> => {
    try {
      return await ask();
    } catch (error) {
      signal?.throwIfAborted();
      const id = ids.at(position);
      // About the store; or about the image, and says so already.
      if (error instanceof PipelineError && (!isAboutImage(error) || error.sample === id)) {
        throw error;
      }
      throw unreadable(id, reader.nameOf(position), error);
    }
  };
  return {
    name,
    classes,
    count,
    hash,
    version: reader.isPinned === false ? undefined : indexVersion(index, reader.form),
    notes,
    limitsReads: reader.limitsReads,
    sample,
    async read(position, signal, maxBytes = Infinity) {
      const { id } = sample(position);
      const size = sizes[position]!;
      if (size > maxBytes) throw fileTooLarge(id, size, maxBytes);
      return await asked(position, () => reader.read(position, signal, maxBytes), signal);
    },
    ...(reader.size === undefined && sizes.includes(-1)
      ? {}
      : {
          async size(position: number) {
            requirePosition(position, count);
            const size = sizes[position]!;
            return size === -1 ? await asked(position, () => reader.size!(position)) : size;
          },
        }),
    locate(position) {
      requirePosition(position, count);
      return reader.locate?.(position) ?? null;
    },
  };
}

/** The note of images that do not all fit into the cache, if that is known. */
function largerThanCache({ bytes }: ImageIndex, { keepsBytes }: RecordReader): DatasetNote[] {
  if (keepsBytes === undefined) return [];
  // Of each image some bytes more are kept.
  const needed = bytes.reduce((sum, size) => sum + (size === -1 ? 0 : size + 64), 0);
  if (needed <= keepsBytes) return [];
  const [all, most] = [needed, keepsBytes].map((size) => (size / 1e9).toFixed(1));
  const text =
    `the images take ${all} GB and the cache ${most} GB: what does not fit is fetched again in each epoch. ` +
    `To keep all, give \`cacheGb: ${Math.ceil((needed * 1.1) / 1e9)}\``;
  return [{ text, options: ['cacheGb'] }];
}

function unreadable(id: string, place: string, error: unknown): PipelineError {
  const where = place === id ? '' : ` from \`${place}\``;
  return new PipelineError('ERR_READ', `Could not read \`${id}\`${where}: ${messageOf(error)}`, {
    sample: id,
    path: place,
    cause: error,
  });
}
