import { createGunzip } from 'node:zlib';
import { pipeline } from 'node:stream/promises';
import { counted } from '../../operators/message-words.ts';
import type { ObjectStore, StoredObject } from '../store/object-store.ts';
import { notRead, readPart } from './in-folder.ts';
import { rawFilesError } from './raw-files-error.ts';

/**
 * An array of unsigned bytes in an IDX file: two zeros, the type, the number of dimensions, then each size as a big-endian
 * 32-bit number, then the bytes (https://yann.lecun.com/exdb/mnist, "the IDX file format").
 */
export interface IdxArray {
  readonly sizes: readonly number[];
  /** First byte of the values in the file, unpacked. */
  readonly from: number;
  /** The file, where it had to be unpacked. */
  readonly unpacked?: Uint8Array | undefined;
}

/** Bytes that a packed file may have when it is unpacked: all of them are held in memory. */
const mostUnpacked = 2 ** 28;

/** Reads the sizes of an array. @throws {PipelineError} `ERR_DATASET` when they are not those of the file. */
export async function openIdx(
  store: ObjectStore,
  object: StoredObject,
  dimensions: number,
  signal?: AbortSignal,
): Promise<IdxArray> {
  const url = store.url(object.key);
  const from = 4 + 4 * dimensions;
  const head = await begin(store, object, from, signal);
  const isPacked = head[0] === 0x1f && head[1] === 0x8b;
  const unpacked = isPacked ? await unpack(store, object, signal) : undefined;
  const bytes = unpacked?.length ?? object.bytes;
  const sizes = sizesOf(url, unpacked?.subarray(0, from) ?? head, dimensions);
  const values = sizes.reduce((product, size) => product * size, 1);
  if (bytes !== from + values) {
    throw rawFilesError(
      url,
      `has ${counted(bytes, 'byte')}, and its sizes, ${sizes.join(' × ')}, need ${counted(from + values)}: ` +
        'it is cut, or damaged. Get it again',
    );
  }
  return { sizes, from, unpacked };
}

async function begin(
  store: ObjectStore,
  object: StoredObject,
  bytes: number,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  if (object.bytes === 0) return new Uint8Array();
  const range = { from: 0, bytes: Math.min(bytes, object.bytes) };
  return await readPart(store, object, { range, signal });
}

function sizesOf(url: string, head: Uint8Array, dimensions: number): readonly number[] {
  if (head.length < 4 || head[0] !== 0 || head[1] !== 0) {
    throw rawFilesError(url, 'is no IDX file: it begins otherwise. Get it again');
  }
  if (head[2] !== 8 || head[3] !== dimensions) {
    const type = head[2] === 8 ? 'bytes' : `values of type 0x${head[2]!.toString(16)}`;
    throw rawFilesError(
      url,
      `holds ${type} in ${counted(head[3]!, 'dimension')}. Expected bytes in ${dimensions}: ` +
        (dimensions === 3 ? 'grey images, rows and columns' : 'one label for each image'),
    );
  }
  if (head.length < 4 + 4 * dimensions) throw rawFilesError(url, 'is cut within its sizes');
  const view = new DataView(head.buffer, head.byteOffset);
  const sizes = Array.from({ length: dimensions }, (_, at) => view.getUint32(4 + 4 * at));
  if (sizes.every((size) => size > 0)) return sizes;
  throw rawFilesError(url, `is empty: its sizes are ${sizes.join(' × ')}`);
}

async function unpack(
  store: ObjectStore,
  object: StoredObject,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const url = store.url(object.key);
  const pieces: Buffer[] = [];
  let bytes = 0;
  try {
    await pipeline(store.stream(object, { signal }), createGunzip(), async (unpacked) => {
      for await (const piece of unpacked as AsyncIterable<Buffer>) {
        bytes += piece.length;
        if (bytes > mostUnpacked) throw tooLarge(url);
        pieces.push(piece);
      }
    });
  } catch (error) {
    throw notRead(store, object, error, signal);
  }
  return Buffer.concat(pieces);
}

function tooLarge(url: string): Error {
  return rawFilesError(
    url,
    `unpacks to more than ${counted(mostUnpacked / 2 ** 20, 'MiB', 'MiB')}, which would be held in memory. ` +
      'Unpack it with `gunzip -k`, and give the folder, or the file, again',
  );
}
