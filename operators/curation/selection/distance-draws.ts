import { setImmediate } from 'node:timers/promises';
import { exactProducts } from '../../evaluation/neighbours/exact-products.ts';
import type { Random } from '../../random.ts';
import { squaredDistance } from './cosine-distance.ts';
import type { NearestChosen } from './nearest-chosen.ts';
import { powerOfTwoAbove } from './powers-of-two.ts';

/**
 * D² sampling: chooses each row with a probability proportional to the square of its distance to the nearest chosen one.
 *
 * Exact by rejection: rows are drawn by their squares of the last refresh, which are upper bounds, and a row
 * is chosen with the probability by which its square has become smaller since. Ends when the draws of
 * a batch are used up, or `until` are chosen. Where all rows equal chosen ones, the first are taken.
 *
 * @see Arthur and Vassilvitskii, k-means++: the advantages of careful seeding, 2007.
 */
export async function distanceDraws(
  state: NearestChosen,
  until: number,
  afterSome: () => void,
  random: Random,
): Promise<void> {
  const batch = drawnRows(state, batchSize(state), random);
  const { dim } = state.rows;
  const rows = await state.gather(batch.positions);
  const chosen = new Int32Array(batch.positions.length);
  const out = new Float64Array(batch.positions.length + 3);
  let count = 0;
  for (const [at, position] of batch.positions.entries()) {
    if (state.positions.length === until) return;
    if (at % drawsAtOnce === drawsAtOnce - 1) {
      await setImmediate();
      afterSome();
    }
    if (state.taken[position] !== 0) continue;
    const start = at * dim;
    exactProducts({ dim, rows, start, others: rows, starts: chosen, count, out });
    let similarity = state.similarities[position]!;
    const bound = squaredDistance(similarity);
    for (let one = 0; one < count; one += 1) similarity = Math.max(similarity, out[one]!);
    const isRefused = batch.levels[at]! * bound >= squaredDistance(similarity);
    if (isRefused && !batch.isLast) continue;
    state.choose(position, similarity, rows.subarray(start, start + dim));
    chosen[count] = start;
    count += 1;
  }
}

/** Draws after which progress is told and an abort is heard. */
const drawsAtOnce = 64;

interface DrawnRows {
  readonly positions: Int32Array;
  /** `[positions]` share of its square, 0 to 1, above which the square of a row has to be. */
  readonly levels: Float64Array;
  /** No row has a distance: all of them are taken as they come. */
  readonly isLast: boolean;
}

/** Draws of a batch, of which some are refused: not by `until`, so that a longer selection begins with the same rows. */
function batchSize({ positions: { length }, most }: NearestChosen): number {
  return Math.min(most, 16 + 4 * (powerOfTwoAbove(length) - length));
}

function drawnRows(
  { similarities, taken }: NearestChosen,
  size: number,
  random: Random,
): DrawnRows {
  const sums = new Float64Array(similarities.length);
  let total = 0;
  for (let row = 0; row < sums.length; row += 1) {
    if (taken[row] === 0) total += squaredDistance(similarities[row]!);
    sums[row] = total;
  }
  if (total === 0) {
    const positions = firstFree(taken, size);
    return { positions, levels: new Float64Array(positions.length), isLast: true };
  }
  const positions = new Int32Array(size);
  const levels = new Float64Array(size);
  for (let at = 0; at < size; at += 1) {
    positions[at] = firstAbove(sums, uniform52(random) * total);
    levels[at] = uniform52(random);
  }
  return { positions, levels, isLast: false };
}

/** Uniform in [0, 1), multiples of 2⁻⁵²: times a total it stays below the total. */
function uniform52(random: Random): number {
  const high = random.uint32();
  return (high * 2 ** 20 + (random.uint32() >>> 12)) / 2 ** 52;
}

/** The first place of a value above `level`. @param sums Ascending, the last above `level`. */
function firstAbove(sums: Float64Array, level: number): number {
  let [low, high] = [0, sums.length - 1];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (sums[middle]! > level) high = middle;
    else low = middle + 1;
  }
  return low;
}

function firstFree(taken: Uint8Array, size: number): Int32Array {
  const rows: number[] = [];
  for (let row = 0; row < taken.length && rows.length < size; row += 1) {
    if (taken[row] === 0) rows.push(row);
  }
  return Int32Array.from(rows);
}
