import { crc32 } from 'node:zlib';
import { permits } from '../../operators/flow/permits.ts';
import type { ImageLocation } from '../../operators/types.ts';
import { contentKey } from '../cache/content-key.ts';
import type { ImageCache } from '../cache/image-cache.ts';
import { readKept } from '../cache/read-kept.ts';
import type { ImageIndex } from '../records/image-index.ts';
import type { RecordReader } from '../records/indexed-dataset.ts';
import type { ObjectStore, StoredObject } from '../store/object-store.ts';
import { type GroupDecoding, groupDecoding } from './group-decoding.ts';
import { placeParts } from './image-place.ts';
import { imagePositions } from './image-positions.ts';
import { type GroupImages, keptGroups } from './kept-groups.ts';
import { openTableFile } from './open-table.ts';
import { valuesOf } from './row-ids.ts';
import { storedImages } from './stored-images.ts';
import type { TableFile } from './table-file.ts';

/** Options of `groupReader`. */
export interface GroupReaderOptions {
  readonly store: ObjectStore;
  /** Column of the images as it was chosen: a place is a row, whatever column is read. @default by the schema */
  readonly form?: string | undefined;
  /** Column of the images in a table. @throws {PipelineError} `ERR_DATASET` when it has none. */
  readonly imageColumn: (file: TableFile, object: StoredObject) => number;
  /** Where decoded images are kept. @default those of a few groups in memory */
  readonly cache?: ImageCache | undefined;
}

/** Decoded groups that are held in memory: 32 MiB. */
export const heldBytes: number = 2 ** 25;

/** Groups that are decoded at the same time: each holds its pages in memory. */
const atOnce = 2;

/** Images that are written to the cache at the same time: those of a page may be thousands. */
const keptAtOnce = 32;

/**
 * Reader of images that lie compressed, or between other things, in the groups of rows of tables.
 *
 * A group is decoded once for all readings that wait for one of its images, and its images are kept: where they lie in a
 * local file as they are, their places; else their bytes, in the cache, where threads find them. Groups that were decoded
 * last stay in memory.
 */
export function groupReader(index: ImageIndex, options: GroupReaderOptions): RecordReader {
  const { store, cache } = options;
  const { objects, object, from } = index;
  const positions = imagePositions(index);
  const held = keptGroups(heldBytes);
  const stored = storedImages(from.length);
  const decoding = permits(atOnce);
  const running = new Map<string, GroupDecoding>();
  const files = new Map<number, Promise<{ file: TableFile; column: number }>>();

  const fileOf = async (at: number): Promise<{ file: TableFile; column: number }> => {
    let opened = files.get(at);
    if (opened === undefined) {
      opened = openTableFile(store, objects.at(at)).then((file) => ({
        file,
        column: options.imageColumn(file, objects.at(at)),
      }));
      files.set(at, opened);
      opened.catch(() => files.delete(at));
    }
    return await opened;
  };
  const keyOf = (position: number): string => {
    const one = objects.at(object[position]!);
    const { group, image } = placeParts(from[position]!);
    return contentKey(store.url(one.key), one, `group ${group}, image ${image}`);
  };
  const keepImage = async (position: number, bytes: Uint8Array, at?: number): Promise<void> => {
    if (at !== undefined) stored.add(position, at, bytes);
    // What lies in a local file as it is need not be kept a second time.
    if (at !== undefined && !store.isRemote) return;
    if (cache !== undefined && cache.find(keyOf(position)) === undefined) {
      await cache.keep(keyOf(position), bytes);
    }
  };

  const readRange = async (
    position: number,
    range: NonNullable<ImageLocation['range']>,
    signal?: AbortSignal,
  ): Promise<Uint8Array> => {
    const read = await store.read(objects.at(object[position]!), { range, signal });
    if (crc32(read) !== range.crc32) {
      throw new Error('its bytes have another CRC-32 than when they were read first');
    }
    if (store.isRemote) await cache?.keep(keyOf(position), read);
    return read;
  };

  /** Decodes a group to its end: for those who wait, for the cache, and for what is held. */
  const decode = async (at: number, group: number, own: GroupDecoding): Promise<void> => {
    const { file, column } = await fileOf(at);
    const isHeld = file.size(group, column).decoded <= heldBytes;
    const images: (Uint8Array | null)[] = [];
    let bytes = 0;
    for await (const page of file.pages(group, column, own.signal)) {
      const found = page.cells.flatMap(valuesOf) as readonly (Uint8Array | null)[];
      const first = own.done;
      for (const [next, image] of found.entries()) {
        bytes += image?.length ?? 0;
        own.give(first + next, image);
      }
      own.done += found.length;
      if (isHeld) images.push(...found);
      let keeping: Promise<void>[] = [];
      for (const [next, image] of found.entries()) {
        const position = positions.of(at, group, first + next);
        if (image === null || position === undefined) continue;
        const place = page.bufferAt === undefined ? undefined : page.bufferAt + image.byteOffset;
        keeping.push(keepImage(position, image, place));
        if (keeping.length < keptAtOnce) continue;
        await Promise.all(keeping);
        keeping = [];
      }
      await Promise.all(keeping);
      // Decoding is work of this thread: what waits meanwhile goes on between two pages.
      await new Promise((resolve) => setImmediate(resolve));
    }
    if (isHeld) held.set(`${at}/${group}`, images, bytes);
  };
  const started = (at: number, group: number): GroupDecoding => {
    const key = `${at}/${group}`;
    const own = groupDecoding();
    running.set(key, own);
    void decoding
      .use(async () => await decode(at, group, own))
      .then(
        () => own.end(new Error('there is no such row')),
        (error: unknown) => own.end(error),
      )
      .finally(() => {
        if (running.get(key) === own) running.delete(key);
      });
    return own;
  };
  const decoded = async (position: number, signal?: AbortSignal): Promise<Uint8Array | null> => {
    const at = object[position]!;
    const { group, image } = placeParts(from[position]!);
    const images: GroupImages | undefined = held.get(`${at}/${group}`);
    if (images !== undefined) return images[image] ?? null;
    const now = running.get(`${at}/${group}`);
    // One that has passed the image gives it no more.
    const own = now !== undefined && now.done <= image ? now : started(at, group);
    return await own.wait(image, signal);
  };

  return {
    form: options.form,
    limitsReads: true,
    nameOf(position) {
      const one = objects.at(object[position]!);
      const { group, image } = placeParts(from[position]!);
      return `${store.url(one.key)}, group ${group}, image ${image}`;
    },
    locate(position): ImageLocation | null {
      const range = stored.range(position);
      const file = store.file(objects.at(object[position]!).key);
      if (range !== undefined && file !== null) return { file, range };
      return cache?.find(keyOf(position)) ?? null;
    },
    async read(position, signal) {
      const kept = cache?.find(keyOf(position));
      const before = kept && (await readKept(kept, signal));
      if (before !== undefined) return before;
      const range = stored.range(position);
      if (range !== undefined) return await readRange(position, range, signal);
      const bytes = await decoded(position, signal);
      if (bytes === null || bytes.length === 0) throw new Error('its row holds no image');
      return bytes.slice();
    },
  };
}
