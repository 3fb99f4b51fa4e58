import fs from 'node:fs';
import { crc32 } from 'node:zlib';
import type { ImageLocation } from '../types.ts';

/** Reads the bytes of images from local files, one after the other. */
export interface LocatedReader {
  /**
   * The bytes, in memory that the next call uses again; undefined when they cannot be read, are none or more than
   * `maxBytes`, or are not those that they were.
   */
  read(location: ImageLocation, maxBytes: number): Uint8Array | undefined;
}

/** Files of many images that stay open; Node closes them when the thread ends. */
const filesOpen = 16;

/** Bytes of the first buffer: most images fit. */
const firstBuffer = 2 ** 20;

// A pipe without a writer would wait for one.
const readOnly = fs.constants.O_RDONLY | fs.constants.O_NONBLOCK;

/**
 * Synchronous reader with one buffer: for a small file an asynchronous read costs ten times as much
 * as the reading itself.
 */
export function locatedReader(): LocatedReader {
  let buffer = new Uint8Array(firstBuffer);
  const open = new Map<string, number>();

  const readWhole = (file: string, maxBytes: number): Uint8Array | undefined => {
    const descriptor = fs.openSync(file, readOnly);
    try {
      let length = 0;
      for (;;) {
        const room = Math.min(buffer.length, maxBytes + 1) - length;
        const count = fs.readSync(descriptor, buffer, length, room, null);
        length += count;
        // Nothing at all is what a pipe or a device gives as well: the dataset tells them apart.
        if (count === 0) return length === 0 ? undefined : buffer.subarray(0, length);
        if (length > maxBytes) return undefined;
        if (length === buffer.length) buffer = grown(buffer, maxBytes + 1);
      }
    } finally {
      fs.closeSync(descriptor);
    }
  };

  const readRange = (
    file: string,
    { from, bytes, crc32: sum }: NonNullable<ImageLocation['range']>,
  ): Uint8Array | undefined => {
    if (buffer.length < bytes) buffer = new Uint8Array(bytes);
    const descriptor = opened(open, file);
    let length = 0;
    while (length < bytes) {
      const count = fs.readSync(descriptor, buffer, length, bytes - length, from + length);
      if (count === 0) return undefined;
      length += count;
    }
    const read = buffer.subarray(0, length);
    return crc32(read) === sum ? read : undefined;
  };

  return {
    read({ file, range }, maxBytes) {
      if (range !== undefined && range.bytes > maxBytes) return undefined;
      try {
        return range === undefined ? readWhole(file, maxBytes) : readRange(file, range);
      } catch {
        // Why is found out by the dataset, which says it in the words of its kind.
        return undefined;
      }
    },
  };
}

function grown(buffer: Uint8Array, most: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(Math.min(2 * buffer.length, most));
  larger.set(buffer);
  return larger;
}

/** The descriptor of a file that stays open; the one that was opened first makes room. */
function opened(open: Map<string, number>, file: string): number {
  const known = open.get(file);
  if (known !== undefined) return known;
  if (open.size === filesOpen) {
    const [[oldest, descriptor] = ['', 0]] = open;
    open.delete(oldest);
    fs.closeSync(descriptor);
  }
  const descriptor = fs.openSync(file, readOnly);
  open.set(file, descriptor);
  return descriptor;
}
