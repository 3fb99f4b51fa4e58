import { randomBytes } from 'node:crypto';
import type { PackedPlace, PackedRow } from './pack-format.ts';

/** Place of kept bytes, with the number of its pack. */
export interface PlaceInPack extends PackedPlace {
  readonly pack: number;
}

/** Hash table from keys to places: some 40 bytes for each, and nothing for the garbage collector to visit. */
export interface KeptTable {
  readonly size: number;
  /** Sets the place of a key, whatever it was before. */
  set(row: PackedRow, pack: number): void;
  /** @param key `[16]` */
  get(key: Uint8Array): PlaceInPack | undefined;
  /** Gives back the memory of places in packs that are gone. */
  compact(isGone: (pack: number) => boolean): void;
}

/** Numbers of a place: four of the key, pack, first byte, size, CRC-32. */
const words = 8;

/** Places of one block, 2 MiB: a table grows without copying them. */
const blockPlaces = 65_536;

/** An empty table. */
export function keptTable(): KeptTable {
  // What others wrote into a cache cannot be made to fall on few slots.
  const seed = randomBytes(4).readUInt32LE();
  let blocks: Uint32Array[] = [];
  let size = 0;
  let slots = new Uint32Array(1024);

  const word = (place: number, at: number): number =>
    blocks[Math.floor(place / blockPlaces)]![(place % blockPlaces) * words + at]!;
  const slotOf = (key: readonly number[]): number => {
    for (let slot = hashOf(key, seed) & (slots.length - 1); ;) {
      const place = slots[slot]! - 1;
      if (place === -1 || key.every((one, at) => word(place, at) === one)) return slot;
      slot = (slot + 1) & (slots.length - 1);
    }
  };
  const add = (numbers: readonly number[]): void => {
    const slot = slotOf(numbers.slice(0, 4));
    const known = slots[slot]! - 1;
    const place = known === -1 ? size : known;
    if (place === size) {
      if (size % blockPlaces === 0) blocks.push(new Uint32Array(blockPlaces * words));
      size += 1;
      slots[slot] = size;
    }
    blocks[Math.floor(place / blockPlaces)]!.set(numbers, (place % blockPlaces) * words);
    if (size > 0.7 * slots.length) grow();
  };
  const grow = (): void => {
    slots = new Uint32Array(2 * slots.length);
    for (let place = 0; place < size; place += 1) {
      slots[slotOf([0, 1, 2, 3].map((at) => word(place, at)))] = place + 1;
    }
  };

  return {
    get size() {
      return size;
    },
    set({ key, from, bytes, crc32 }, pack) {
      add([...wordsOf(key), pack, from, bytes, crc32]);
    },
    get(key) {
      const place = slots[slotOf(wordsOf(key))]! - 1;
      if (place === -1) return undefined;
      return {
        pack: word(place, 4),
        from: word(place, 5),
        bytes: word(place, 6),
        crc32: word(place, 7),
      };
    },
    compact(isGone) {
      const [old, count] = [blocks, size];
      blocks = [];
      size = 0;
      slots = new Uint32Array(1024);
      for (let place = 0; place < count; place += 1) {
        const block = old[Math.floor(place / blockPlaces)]!;
        const from = (place % blockPlaces) * words;
        if (!isGone(block[from + 4]!)) add([...block.subarray(from, from + words)]);
      }
    },
  };
}

/** A key as four numbers. */
function wordsOf(key: Uint8Array): number[] {
  const view = new DataView(key.buffer, key.byteOffset, key.byteLength);
  return [0, 4, 8, 12].map((at) => view.getUint32(at));
}

function hashOf(key: readonly number[], seed: number): number {
  let hash = seed;
  for (const one of key) {
    hash = Math.imul(hash ^ one, 0x9e37_79b1);
    hash ^= hash >>> 15;
  }
  return hash >>> 0;
}
