import { seededRandom } from '../../random.ts';

/** Random relabellings of the same rows: each gives as many of them to NEW as there are. */
export interface SideDraws {
  /** `[relabellings, 2]` what the numbers of each relabelling are a function of. */
  readonly keys: Uint32Array;
  /** Rows that are relabelled. */
  readonly rows: number;
  /** `[relabellings]` rows that NEW still lacks. Changed by each draw. */
  readonly lacking: Float64Array;
}

/** Two words for each of `count` relabellings: a function of `names`. */
export function relabellingKeys(
  count: number,
  ...names: readonly (string | number)[]
): Uint32Array<ArrayBuffer> {
  const random = seededRandom('drift-relabelling', ...names);
  return Uint32Array.from({ length: 2 * count }, () => random.uint32());
}

/** Draws that have not begun. @param newRows Of `rows`, those that each relabelling gives to NEW. */
export function openSideDraws(keys: Uint32Array, rows: number, newRows: number): SideDraws {
  return { keys, rows, lacking: new Float64Array(keys.length / 2).fill(newRows) };
}

/**
 * Selection sampling: `out[at + r]` is 1 when relabelling r gives row number `row` to NEW, else 0.
 *
 * A row is taken with probability `lacking / left`, so that every choice of rows is as likely as any other, in the
 * memory of one number for a relabelling. Rows are drawn once each, in their order.
 *
 * @see Knuth, The Art of Computer Programming, volume 2, section 3.4.2, algorithm S.
 */
export function drawSides(
  { keys, rows, lacking }: SideDraws,
  row: number,
  out: Float32Array | Float64Array,
  at: number,
): void {
  const left = rows - row;
  for (let r = 0; r < lacking.length; r += 1) {
    const isTaken = word(row, keys[2 * r]!, keys[2 * r + 1]!) * left < lacking[r]! * 2 ** 32;
    out[at + r] = isTaken ? 1 : 0;
    if (isTaken) lacking[r]! -= 1;
  }
}

/** Counter-based random word: two rounds of the 32-bit mixer of MurmurHash3, a key before each. */
function word(counter: number, key: number, otherKey: number): number {
  return mixed(mixed(Math.imul(counter, 0x9e3779b9) ^ key) ^ otherKey) >>> 0;
}

function mixed(value: number): number {
  const first = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  const second = Math.imul(first ^ (first >>> 13), 0xc2b2ae35);
  return second ^ (second >>> 16);
}
