import type { VectorSet } from '../vectors/vector-set.ts';
import { checkLength, lengthOfRow } from '../vectors/row-length.ts';
import { placeInTile, tileRows } from './tile-shape.ts';

/**
 * Rows of a support, arranged by class: those of unknown class first, then class by class, each in order of position.
 * In shared memory. Row number `at` of the arrangement is in tile `floor(at / tileRows)`.
 */
export interface SupportBlock {
  /** `[tiles, tileRows, dim]`, inside a tile as `placeInTile` says. 0 where there is no row. */
  readonly rows: Float32Array;
  /** `[count]` position of each row, -1 when nobody needs it: see `copies`. */
  readonly positions: Int32Array;
  /** `[count]` class of each row, ascending. */
  readonly labels: Int32Array;
  /** Rows from the set, those that nobody needs included. */
  readonly count: number;
  /** The greatest length of a row. */
  readonly longest: number;
}

/** Numbers of a block (4 MiB as float32), unless that is less than one tile. */
const blockNumbers = 2 ** 20;

/**
 * A set in blocks that are arranged by class.
 *
 * Of rows that are equal bit by bit and have the same class only the first `copies` of a block stay: as many as can
 * be among anybody's best. Collapsed vectors would all be candidates otherwise.
 *
 * Double buffer: a block is lent until the next but one is asked for, so that one can be filled while another is
 * compared.
 *
 * Memory: two blocks of 4 MiB, or of one tile.
 *
 * @param slots Memory of the blocks, of a reading of the same set that is over. @default new memory
 * @throws {RangeError} When a row is not finite or too long, or the set gives other rows than it says.
 */
export async function* supportBlocks(
  set: VectorSet,
  copies: number,
  slots: readonly [Slot, Slot] = supportSlots(set),
): AsyncGenerator<SupportBlock> {
  const { dim, count } = set;
  const size = slots[0].starts.length;
  let next = 0;
  let first = 0;
  let slot = arranged(slots[0], set, first, size);
  let filled = 0;
  let seen = 0;
  for await (const block of set.blocks()) {
    const rows = block.rows.length / dim;
    if (block.first !== seen || seen + rows > count || !Number.isInteger(rows)) {
      throw wrongRows(set, block.first, rows, seen);
    }
    seen += rows;
    for (let row = 0; row < rows; row += 1) {
      slot.rows.set(block.rows.subarray(row * dim, (row + 1) * dim), slot.starts[filled]);
      filled += 1;
      if (filled < slot.count) continue;
      yield finished(slot, set, copies);
      first += filled;
      filled = 0;
      next = 1 - next;
      if (first < count) slot = arranged(slots[next]!, set, first, size);
    }
  }
  if (seen !== count) throw wrongRows(set, seen, 0, seen);
}

/** Memory of a block. */
export interface Slot {
  readonly rows: Float32Array;
  readonly bits: Int32Array;
  readonly positions: Int32Array;
  readonly labels: Int32Array;
  /** Offset of each row of the set, and the order in which they are arranged. */
  readonly starts: Int32Array;
  readonly order: Float64Array;
  count: number;
}

/** Memory of the two blocks of a set: its own each time it is read costs what the garbage collector has not found yet. */
export function supportSlots({ dim, count }: VectorSet): readonly [Slot, Slot] {
  const tiles = Math.max(1, Math.floor(blockNumbers / (dim * tileRows)));
  const size = Math.min(tiles, Math.ceil(count / tileRows)) * tileRows;
  return [slotFor(size, dim), slotFor(size, dim)];
}

function slotFor(size: number, dim: number): Slot {
  const shared = new SharedArrayBuffer(size * dim * 4);
  return {
    rows: new Float32Array(shared),
    bits: new Int32Array(shared),
    positions: new Int32Array(new SharedArrayBuffer(size * 4)),
    labels: new Int32Array(new SharedArrayBuffer(size * 4)),
    starts: new Int32Array(size),
    order: new Float64Array(size),
    count: 0,
  };
}

/** Decides where the rows from `first` on are put, from their labels alone. */
function arranged(
  slot: Slot,
  { dim, count, labels }: VectorSet,
  first: number,
  size: number,
): Slot {
  slot.count = Math.min(size, count - first);
  const order = slot.order.subarray(0, slot.count);
  for (let row = 0; row < order.length; row += 1)
    order[row] = (labels[first + row]! + 1) * size + row;
  order.sort();
  for (let at = 0; at < order.length; at += 1) {
    const row = order[at]! % size;
    slot.starts[row] = startOf(at, dim);
    slot.positions[at] = first + row;
    slot.labels[at] = labels[first + row]!;
  }
  // The rest of the last tile may hold rows of an earlier block.
  for (let at = order.length; at % tileRows !== 0; at += 1) {
    slot.rows.fill(0, startOf(at, dim), startOf(at, dim) + dim);
  }
  return slot;
}

/** Offset of row number `at` of an arrangement. */
function startOf(at: number, dim: number): number {
  const inTile = at % tileRows;
  return (at - inTile + placeInTile(inTile)) * dim;
}

/** The block, without copies that nobody needs. */
function finished(
  { rows, bits, positions, labels, count }: Slot,
  { name, dim }: VectorSet,
  copies: number,
): SupportBlock {
  let longest = 0;
  const known = new Map<number, { start: number; copies: number }>();
  for (let at = 0; at < count; at += 1) {
    if (at > 0 && labels[at] !== labels[at - 1]) known.clear();
    const start = startOf(at, dim);
    const length = lengthOfRow(rows.subarray(start, start + dim));
    checkLength(length, name, positions[at]!);
    if (length > longest) longest = length;
    const hash = hashOf(bits, start, dim);
    const like = known.get(hash);
    if (like === undefined) known.set(hash, { start, copies: 1 });
    else if (sameBits(bits, like.start, start, dim)) {
      like.copies += 1;
      if (like.copies > copies) {
        positions[at] = -1;
        rows.fill(0, start, start + dim);
      }
    }
  }
  const tiles = Math.ceil(count / tileRows);
  return {
    rows: rows.subarray(0, tiles * tileRows * dim),
    positions: positions.subarray(0, count),
    labels: labels.subarray(0, count),
    count,
    longest,
  };
}

function hashOf(bits: Int32Array, start: number, dim: number): number {
  let hash = 0;
  for (let at = start; at < start + dim; at += 1) hash = (Math.imul(hash, 31) + bits[at]!) | 0;
  return hash;
}

function sameBits(bits: Int32Array, a: number, b: number, dim: number): boolean {
  for (let d = 0; d < dim; d += 1) if (bits[a + d] !== bits[b + d]) return false;
  return true;
}

function wrongRows(
  { name, count }: VectorSet,
  first: number,
  rows: number,
  seen: number,
): RangeError {
  return new RangeError(
    `Expected \`${name}\` to give its ${count} rows in order, ` +
      `got ${rows} rows from position ${first} after ${seen}`,
  );
}
