import { crc32, createInflateRaw } from 'node:zlib';
import { Readable } from 'node:stream';
import { type ZipMember, zipMembers } from '../../operators/files/zip-directory.ts';
import { counted, shownName } from '../../operators/message-words.ts';
import type { ObjectStore, StoredObject } from '../store/object-store.ts';
import { objectBytes } from '../tables/object-bytes.ts';
import { byteQueue } from './byte-queue.ts';
import { elementsOf, type StoredArray } from './npy-array.ts';
import { npyHeader, npyHeaderBytes, npyPrefixBytes } from './npy-header.ts';

/** What a compressed array may become: 48 MiB, and 256 times what is stored. */
const [smallBytes, mostTimes] = [48 * 2 ** 20, 256];
/** Compressed arrays whose columns lie together are held whole: up to 256 MiB. */
const mostHeld = 2 ** 28;
/** Arrays of an archive. */
const mostArrays = 10_000;
/** Header before the bytes of a member (APPNOTE 4.3.7). */
const localHeader = { signature: 0x04034b50, bytes: 30 } as const;

/**
 * Opens a `.npz` archive: its arrays by their names, stored or deflated. Their headers alone are read.
 *
 * @throws {Error} When it is damaged, or no archive of arrays: the message is the reason.
 */
export async function openNpzFile(
  store: ObjectStore,
  object: StoredObject,
  signal?: AbortSignal,
): Promise<readonly StoredArray[]> {
  const window = { ...objectBytes(store, object), path: store.url(object.key) };
  const all = await zipMembers(window);
  const members = all.filter(({ name }) => name.endsWith('.npy'));
  if (members.length === 0) {
    const isTorch = all.some(({ name }) => name.endsWith('data.pkl'));
    throw new Error(
      isTorch
        ? 'it is of PyTorch, pickled, and can run any program when it is read: save the vectors with `np.save(FILE, vectors.numpy())`'
        : 'it is a zip archive without arrays (`.npy`)',
    );
  }
  if (members.length > mostArrays)
    throw new Error(
      `it has ${counted(members.length, 'array')}, and ${counted(mostArrays)} are read`,
    );
  const arrays: StoredArray[] = [];
  for (const member of members) arrays.push(await openMember({ store, object, member, signal }));
  return arrays;
}

interface MemberOf {
  readonly store: ObjectStore;
  readonly object: StoredObject;
  readonly member: ZipMember;
  readonly signal: AbortSignal | undefined;
}

async function openMember({ store, object, member, signal }: MemberOf): Promise<StoredArray> {
  const name = member.name.replace(/\.npy$/u, '');
  try {
    return await arrayOf({ store, object, member, signal }, name);
  } catch (error) {
    signal?.throwIfAborted();
    throw new Error(
      `${shownName(name)} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      { cause: error },
    );
  }
}

async function arrayOf(of: MemberOf, name: string): Promise<StoredArray> {
  const { member, signal } = of;
  const begin = await beginOf(of);
  const isStored = member.compression === 'stored';
  if (isStored && member.storedBytes !== member.bytes)
    throw new Error('its size is not that of its bytes');
  if (!isStored && member.bytes > smallBytes + mostTimes * member.storedBytes) {
    throw new Error(
      `${counted(member.storedBytes, 'byte')} say that they become ${counted(member.bytes)}: more than 256 times as many are not unpacked`,
    );
  }
  const unpacked = (chosen: AbortSignal | undefined): AsyncIterable<Uint8Array> => {
    const stored = storedBytes(of, begin, chosen);
    return checked(isStored ? stored : inflated(stored), member);
  };
  const head = byteQueue(unpacked(signal));
  let header;
  try {
    const prefix = Buffer.from(await head.take(Math.min(npyPrefixBytes, member.bytes)));
    const bytes = npyHeaderBytes(prefix);
    const rest = bytes > prefix.length ? await head.take(bytes - prefix.length) : new Uint8Array(0);
    header = npyHeader(Buffer.concat([prefix, rest]).subarray(0, bytes));
  } finally {
    await head.close();
  }
  const wanted = elementsOf(header) * header.type.bytes;
  if (wanted !== member.bytes - header.dataAt) {
    throw new Error(
      `its header counts ${counted(wanted, 'byte')} of elements, and it has ${counted(member.bytes - header.dataAt)}`,
    );
  }
  const { dataAt } = header;
  const stream = async function* (chosen = signal): AsyncGenerator<Uint8Array> {
    let skipped = 0;
    for await (const piece of unpacked(chosen)) {
      const from = Math.min(piece.length, dataAt - skipped);
      skipped += from;
      if (from < piece.length) yield piece.subarray(from);
    }
  };
  let whole: Promise<Uint8Array> | undefined;
  return {
    name,
    header,
    stream,
    async range(from, bytes, chosen = signal) {
      if (bytes === 0) return new Uint8Array(0);
      if (isStored) {
        // Parts of it are read out of order: its CRC-32 is that of all of it.
        await (whole ??= passedOver(unpacked(chosen)));
        return await of.store.read(of.object, {
          range: { from: begin + dataAt + from, bytes },
          signal: chosen,
        });
      }
      if (wanted > mostHeld) {
        throw new Error(
          'it is compressed and its columns lie together: save it with `np.ascontiguousarray`',
        );
      }
      whole ??= byteQueue(stream(chosen)).take(wanted);
      return (await whole).subarray(from, from + bytes);
    },
  };
}

async function passedOver(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  for await (const _ of pieces);
  return new Uint8Array(0);
}

/** Place of the first byte of a member. */
async function beginOf({ store, object, member, signal }: MemberOf): Promise<number> {
  const { offset, storedBytes: stored } = member;
  if (offset + localHeader.bytes > object.bytes)
    throw new Error('it is not where the archive says');
  const range = { from: offset, bytes: localHeader.bytes };
  const header = Buffer.from(await store.read(object, { range, signal }));
  const begin = offset + localHeader.bytes + header.readUInt16LE(26) + header.readUInt16LE(28);
  const isThere =
    header.readUInt32LE(0) === localHeader.signature && begin + stored <= object.bytes;
  if (!isThere) throw new Error('it is not where the archive says');
  return begin;
}

async function* storedBytes(
  { store, object, member }: MemberOf,
  from: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  if (member.storedBytes === 0) return;
  yield* store.stream(object, { range: { from, bytes: member.storedBytes }, signal });
}

/** Unpacks bytes as they are asked for. */
async function* inflated(stored: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const source = Readable.from(stored, { objectMode: false, highWaterMark: 2 ** 16 });
  const inflate = createInflateRaw();
  source.on('error', (error) => inflate.destroy(error));
  source.pipe(inflate);
  try {
    yield* inflate as AsyncIterable<Uint8Array>;
  } finally {
    source.destroy();
    inflate.destroy();
  }
}

/** Bytes of a member, as many as the archive says, and with its CRC-32: the last ones come when that is right. */
async function* checked(
  pieces: AsyncIterable<Uint8Array>,
  { bytes, crc32: expected }: ZipMember,
): AsyncGenerator<Uint8Array> {
  let length = 0;
  let found = 0;
  for await (const piece of pieces) {
    length += piece.length;
    found = crc32(piece, found);
    if (length > bytes) throw new Error('it unpacks to more than the archive says');
    if (length === bytes && found !== expected) throw new Error('its bytes have another CRC-32');
    yield piece;
  }
  if (length < bytes) throw new Error('it unpacks to less than the archive says');
}
