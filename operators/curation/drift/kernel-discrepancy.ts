import { laneCount } from '../../evaluation/vectors/lanes.ts';
import { tileRows } from '../../evaluation/vectors/tile-products.ts';
import { seededRandom } from '../../random.ts';
import { availableCores } from '../../threads/available-cores.ts';
import { sharedFloat32, sharedFloat64 } from '../../threads/shared-memory.ts';
import { openWorkPool, type WorkPool } from '../../threads/work-pool.ts';
import { medianDistance } from './bandwidth.ts';
import { type DriftGroup, type DriftSides, groupKeys, sampledPositions } from './drift-groups.ts';
import type { PermutationTest, TestOptions } from './drift-options.ts';
import { gatherRows } from '../gathered-rows.ts';
import { type KernelSumsRequest, kernelSumsWork } from './kernel-sums-work.ts';
import { permutationP } from './permutation-p.ts';
import { drawSides, openSideDraws, relabellingKeys } from './side-draws.ts';

/** Squared maximum mean discrepancy of a group. */
export interface KernelDiscrepancy extends PermutationTest {
  /** Width of the kernel; null when all rows are equal: the discrepancy is 0 then. */
  readonly bandwidth: number | null;
  /** Rows that were compared: all of a side, or a sample of them. */
  readonly oldRows: number;
  readonly newRows: number;
}

/** Below this many multiplications, starting threads costs more than it saves. */
const worthThreads = 2 ** 31;

/** The same in another order of summation differs by less than this: values of the kernel are from 0 to 1. */
const slack = 1e-12;

/**
 * Squared maximum mean discrepancy (MMD²) of each group, by a permutation test.
 *
 * `1/(m(m−1)) Σ_{i≠j} k(xᵢ,xⱼ) + 1/(n(n−1)) Σ_{i≠j} k(yᵢ,yⱼ) − 2/(mn) Σ k(xᵢ,yⱼ)`, the unbiased estimate, which may be
 * below 0, with `k(x, y) = exp(−‖x − y‖² / (2σ²))` and σ the median distance of the rows of both sides.
 *
 * Float64. All relabellings share one pass over the kernel matrix, as long as their sides fit into `memoryMb`; it
 * is made again for those that do not.
 *
 * @param sides Unit vectors. @param groups Of at least two rows on each side.
 * @returns For each group its value, −2 to 2, and p.
 * @throws {PipelineError} `ERR_FORMAT` when a row cannot be used; `ERR_ENGINE` when a thread failed.
 * @throws The reason of `signal`, when it aborts first.
 * @see Gretton et al., A kernel two-sample test, JMLR 13, 2012, equation 3.
 */
export async function kernelDiscrepancies(
  sides: DriftSides,
  groups: readonly DriftGroup[],
  options: TestOptions,
): Promise<readonly KernelDiscrepancy[]> {
  const { dim } = sides.old;
  const { permutations, sample, signal, onProgress } = options;
  const rowsOf = ({ oldRows, newRows }: DriftGroup): number =>
    Math.min(oldRows, sample) + Math.min(newRows, sample);
  const bytesOf = (group: DriftGroup): number => rowsOf(group) * dim * 4;
  const work = groups.reduce((sum, group) => sum + rowsOf(group) ** 2 * permutations, 0) / 2;
  const pool = openWorkPool<KernelSumsRequest, void>({
    module: new URL('kernel-sums-worker.ts', import.meta.url),
    work: kernelSumsWork,
    maxWorkers: Math.max(1, ...groups.map((group) => Math.ceil(rowsOf(group) / tileRows))),
    threads: options.threads ?? (work < worthThreads ? 0 : availableCores()),
    signal,
  });
  const found: KernelDiscrepancy[] = [];
  try {
    for (const some of batchesOf(groups, bytesOf, options.memoryMb * 1e6)) {
      signal?.throwIfAborted();
      const gathered = await gatherGroups(sides, some, options);
      for (const group of gathered) {
        found.push(await discrepancyOf(pool, group, options));
        const [done, total] = [found.length, groups.length];
        onProgress?.({ label: 'kernel', done, total, unit: 'tests' });
      }
    }
    return found;
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    await pool.close();
  }
}

/** Consecutive values that together take at most `most`, or one that alone takes more. */
function batchesOf<T>(values: readonly T[], sizeOf: (value: T) => number, most: number): T[][] {
  const batches: T[][] = [];
  let room = 0;
  for (const value of values) {
    const size = sizeOf(value);
    if (size > room || batches.length === 0) {
      batches.push([]);
      room = most;
    }
    batches.at(-1)!.push(value);
    room -= size;
  }
  return batches;
}

/** A group with its rows in shared memory, those of OLD first. */
interface GatheredGroup {
  readonly group: DriftGroup;
  readonly dim: number;
  readonly oldRows: number;
  readonly newRows: number;
  /** `[oldRows + newRows, dim]` float32. */
  readonly rows: Float32Array;
}

async function gatherGroups(
  sides: DriftSides,
  groups: readonly DriftGroup[],
  { sample, seed }: TestOptions,
): Promise<readonly GatheredGroup[]> {
  const { dim } = sides.old;
  const chosen = groups.map((group) => {
    const positions = (side: 'old' | 'new') =>
      sampledPositions(group, side, { most: sample, seed });
    return { group, old: positions('old'), new: positions('new') };
  });
  const total = chosen.reduce((sum, one) => sum + one.old.length + one.new.length, 0);
  const all = sharedFloat32(total * dim);
  for (const side of ['old', 'new'] as const) {
    const places: number[] = [];
    let first = 0;
    for (const one of chosen) {
      const from = first + (side === 'old' ? 0 : one.old.length);
      for (let at = 0; at < one[side].length; at += 1) places.push(from + at);
      first += one.old.length + one.new.length;
    }
    const positions = Int32Array.from(chosen.flatMap((one) => Array.from(one[side])));
    await gatherRows(sides[side], positions, Int32Array.from(places), all);
  }
  let first = 0;
  return chosen.map(({ group, old, new: fresh }) => {
    const [oldRows, newRows] = [old.length, fresh.length];
    const rows = all.subarray(first * dim, (first + oldRows + newRows) * dim);
    first += oldRows + newRows;
    return { group, dim, oldRows, newRows, rows };
  });
}

async function discrepancyOf(
  pool: WorkPool<KernelSumsRequest, void>,
  gathered: GatheredGroup,
  { permutations, seed, memoryMb }: TestOptions,
): Promise<KernelDiscrepancy> {
  const { group, dim, oldRows, newRows, rows } = gathered;
  const count = oldRows + newRows;
  const names = [seed, ...groupKeys(group)];
  const random = seededRandom('drift-bandwidth', ...names);
  const bandwidth = medianDistance(rows, { count, dim }, random);
  if (bandwidth === null) return { value: 0, p: 1, bandwidth, oldRows, newRows };
  const keys = relabellingKeys(permutations, 'kernel', ...names);
  const drawn = new Float64Array(permutations);
  const atOnce = Math.max(1, Math.floor((memoryMb * 1e6) / (4 * count)) - 1);
  let value = 0;
  for (let from = 0; from < permutations; from += atOnce) {
    const some = keys.subarray(2 * from, 2 * Math.min(from + atOnce, permutations));
    const all = await statistics(pool, gathered, { bandwidth, keys: some });
    value = all[0]!;
    drawn.set(all.subarray(1), from);
  }
  return { value, p: permutationP(value, drawn, slack), bandwidth, oldRows, newRows };
}

/** The statistic of the sides as they are, then of each relabelling. */
async function statistics(
  pool: WorkPool<KernelSumsRequest, void>,
  { dim, oldRows, newRows, rows }: GatheredGroup,
  { bandwidth, keys }: { readonly bandwidth: number; readonly keys: Uint32Array },
): Promise<Float64Array> {
  const count = oldRows + newRows;
  const columns = 1 + keys.length / 2;
  const sides = sharedFloat32(count * columns);
  const draws = openSideDraws(keys, count, newRows);
  for (let row = 0; row < count; row += 1) {
    sides[row * columns] = row < oldRows ? 0 : 1;
    drawSides(draws, row, sides, row * columns + 1);
  }
  // Not of the columns: how many share a pass must not change the order of a sum.
  const lanes = laneCount(count, 2 * count);
  const within = sharedFloat64(lanes * columns);
  const rowSums = sharedFloat64(lanes * count);
  const all = { rows, count, dim, bandwidth, sides, columns, within, rowSums, lanes };
  const workers = Math.min(pool.size, lanes);
  await pool.request((worker) => ({ ...all, worker, workers }), workers);
  const sums = { within: addedLanes(within, lanes), rowSums: addedLanes(rowSums, lanes) };
  return discrepancies(sums, { sides, oldRows, newRows, columns });
}

function addedLanes(sums: Float64Array, lanes: number): Float64Array {
  const out = new Float64Array(sums.length / lanes);
  for (let at = 0; at < sums.length; at += 1) out[at % out.length]! += sums[at]!;
  return out;
}

/** From sums over pairs to the estimate, for each column. */
function discrepancies(
  sums: Readonly<Record<'within' | 'rowSums', Float64Array>>,
  {
    sides,
    oldRows: m,
    newRows: n,
    columns,
  }: {
    readonly sides: Float32Array;
    readonly oldRows: number;
    readonly newRows: number;
    readonly columns: number;
  },
): Float64Array {
  const total = sums.rowSums.reduce((sum, value) => sum + value, 0);
  const ofNew = new Float64Array(columns);
  for (const [row, sum] of sums.rowSums.entries()) {
    const start = row * columns;
    for (let c = 0; c < columns; c += 1) ofNew[c]! += sides[start + c]! * sum;
  }
  return ofNew.map((sum, column) => {
    const newNew = 2 * sums.within[column]!;
    const oldNew = sum - newNew;
    const oldOld = total - 2 * oldNew - newNew;
    return oldOld / (m * (m - 1)) + newNew / (n * (n - 1)) - (2 * oldNew) / (m * n);
  });
}
