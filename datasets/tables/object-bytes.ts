import type { ByteWindow } from '../../operators/arrow/arrow-messages.ts';
import type { ObjectStore, StoredObject } from '../store/object-store.ts';

/** Bytes of an object, read by ranges. */
export interface ObjectBytes extends ByteWindow {
  /** Exactly these bytes, in memory of their own. @throws {Error} When they lie outside, or cannot be read. */
  range(from: number, bytes: number, signal?: AbortSignal): Promise<Uint8Array>;
}

/** Bytes of a local file that are read ahead, and of a remote object, where each reading has its latency. */
const ahead = { local: 2 ** 18, remote: 2 ** 20 };

/** Reads an object at any place; small readings that lie close together cost one reading of the store. */
export function objectBytes(store: ObjectStore, object: StoredObject): ObjectBytes {
  const { bytes: size } = object;
  const windowBytes = store.isRemote ? ahead.remote : ahead.local;
  let held = Buffer.alloc(0);
  let start = 0;
  const range = async (from: number, bytes: number, signal?: AbortSignal): Promise<Uint8Array> => {
    if (from < 0 || bytes < 0 || from + bytes > size) {
      throw new Error(`it has ${size} bytes, and something should lie at byte ${from + bytes}`);
    }
    if (bytes === 0) return new Uint8Array(0);
    return await store.read(object, { range: { from, bytes }, signal });
  };
  return {
    size,
    range,
    async bytes(position, length) {
      const wanted = Math.max(0, Math.min(length, size - position));
      if (wanted === 0) return Buffer.alloc(0);
      if (position < start || position + wanted > start + held.length) {
        const more = Math.min(Math.max(wanted, windowBytes), size - position);
        held = asBuffer(await range(position, more));
        start = position;
      }
      return held.subarray(position - start, position - start + wanted);
    },
  };
}

function asBuffer(bytes: Uint8Array): Buffer<ArrayBuffer> {
  return Buffer.from(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength);
}

/** Reads a part of an object from its beginning to its end, some mebibytes at a time. */
export interface BytesInOrder {
  /** Place in the object of the next byte. */
  readonly at: number;
  readonly isAtEnd: boolean;
  /** The next bytes, or those that are left, without passing over them; at least what was asked for where there is more. */
  peek(bytes: number): Promise<Uint8Array>;
  /** Passes over bytes. */
  skip(bytes: number): void;
}

/** Bytes that are read at once at least: 8 MiB. */
const atOnce = 2 ** 23;

/** Begins reading a part of an object in order. */
export function bytesInOrder(
  source: ObjectBytes,
  from: number,
  bytes: number,
  signal?: AbortSignal,
): BytesInOrder {
  const end = from + bytes;
  let at = from;
  let held = new Uint8Array(0) as Uint8Array;
  return {
    get at() {
      return at;
    },
    get isAtEnd() {
      return at >= end;
    },
    async peek(wanted) {
      const most = Math.min(wanted, end - at);
      if (held.length < most) {
        const more = Math.min(Math.max(most, atOnce), end - at);
        held = await source.range(at, more, signal);
      }
      return held;
    },
    skip(passed) {
      at += passed;
      held = held.subarray(passed);
    },
  };
}
