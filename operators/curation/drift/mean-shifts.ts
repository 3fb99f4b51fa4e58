import { sharedRows } from '../../evaluation/vectors/shared-rows.ts';
import { tileRows } from '../../evaluation/vectors/tile-products.ts';
import { availableCores } from '../../threads/available-cores.ts';
import { openWorkPool, type WorkPool } from '../../threads/work-pool.ts';
import { type DriftGroup, type DriftSides, groupKeys } from './drift-groups.ts';
import type { PermutationTest, TestOptions } from './drift-options.ts';
import { type MeanReply, type MeanRequest, meanSumsWork } from './mean-sums-work.ts';
import { permutationP } from './permutation-p.ts';
import { relabellingKeys } from './side-draws.ts';

/** Below this many multiplications, starting threads costs more than it saves. */
const worthThreads = 2 ** 31;

/** Share of the value by which the same rows in another order of summation may differ. */
const slack = 1e-9;

/** Rows of both sides, in shared memory a chunk at a time. */
type SharedSides = Readonly<Record<'old' | 'new', ReturnType<typeof sharedRows>>>;

/**
 * Squared distance of the means, `‖mean of NEW − mean of OLD‖²`, of each group, by a permutation test on all rows.
 *
 * Means of unit vectors lie in the unit ball: it is from 0 to 4. Float64. Each relabelling is a weighted sum of the rows;
 * as many as fit into `memoryMb` share a pass over both sets.
 *
 * @param sides Unit vectors. @param groups All rows first, then classes, of at least two rows on each side.
 * @returns For each group its value, 0 to 4, and p.
 * @throws {PipelineError} `ERR_FORMAT` when a row cannot be used; `ERR_ENGINE` when a thread failed.
 * @throws The reason of `signal`, when it aborts first.
 */
export async function meanShifts(
  sides: DriftSides,
  groups: readonly DriftGroup[],
  options: TestOptions,
): Promise<readonly PermutationTest[]> {
  const { signal } = options;
  const pool = openSumsPool(sides, options);
  try {
    const shifts = await relabelledShifts(pool, { sides, groups }, options);
    return shifts.map((values) => {
      const value = values[0]!;
      return { value, p: permutationP(value, values.subarray(1), slack * value) };
    });
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    await pool.close();
  }
}

type SumsPool = WorkPool<MeanRequest, MeanReply>;

function openSumsPool({ old, new: fresh }: DriftSides, options: TestOptions): SumsPool {
  const { permutations, signal } = options;
  const isSmall = 2 * (old.count + fresh.count) * old.dim * permutations < worthThreads;
  return openWorkPool({
    module: new URL('mean-sums-worker.ts', import.meta.url),
    work: meanSumsWork(),
    maxWorkers: permutations,
    threads: options.threads ?? (isSmall ? 0 : availableCores()),
    signal,
  });
}

/** Of each group `[1 + permutations]` squared distances: of the sides as they are, then of each relabelling. */
async function relabelledShifts(
  pool: SumsPool,
  { sides, groups }: { readonly sides: DriftSides; readonly groups: readonly DriftGroup[] },
  { permutations, seed, memoryMb, signal, onProgress }: TestOptions,
): Promise<readonly Float64Array[]> {
  const { dim } = sides.old;
  const memoryBytes = memoryMb * 1e6;
  const atOnce = Math.max(pool.size, Math.floor(memoryBytes / (groups.length * dim * 8)));
  const rows = sides.old.count + sides.new.count;
  const total = Math.ceil(permutations / atOnce) * rows;
  const shared = sharedSides(sides, groups, memoryBytes);
  const keys = groups.map((group) =>
    relabellingKeys(permutations, 'mean', seed, ...groupKeys(group)),
  );
  const shifts = groups.map(() => new Float64Array(1 + permutations));
  for (let [from, before] = [0, 0]; from < permutations; from += atOnce, before += rows) {
    const start = before;
    const tell = (done: number): void =>
      onProgress?.({ label: 'mean shift', done: start + done, total, unit: 'images' });
    const some = keys.map((all) => all.subarray(2 * from, 2 * (from + atOnce)));
    const found = await onePass(pool, shared, { groups, keys: some, dim, tell, signal });
    for (const [group, values] of found.entries()) {
      shifts[group]![0] = values[0]!;
      shifts[group]!.set(values.subarray(1), 1 + from);
    }
  }
  return shifts;
}

/** Rows with the number of the group of their class as label; -1 of those that are in group 0, of all, alone. */
function sharedSides(
  sides: DriftSides,
  groups: readonly DriftGroup[],
  memoryBytes: number,
): SharedSides {
  const groupOf = new Map(groups.map((group, at) => [group.class, at]));
  const of = (side: 'old' | 'new'): ReturnType<typeof sharedRows> => {
    const set = sides[side];
    const groupOfLabel = set.classes.map((name) => groupOf.get(name) ?? -1);
    const labels = set.labels.map((label) => groupOfLabel[label] ?? -1);
    return sharedRows(set, { labels, memoryBytes: memoryBytes / 2, multiple: tileRows });
  };
  return { old: of('old'), new: of('new') };
}

/** What a pass computes. */
interface MeanPass {
  readonly groups: readonly DriftGroup[];
  /** Of each group `[relabellings, 2]`. */
  readonly keys: readonly Uint32Array[];
  readonly dim: number;
  readonly tell: (done: number) => void;
  readonly signal: AbortSignal | undefined;
}

/** Of each group `[1 + relabellings]`: each thread has some of the relabellings, and all rows. */
async function onePass(
  pool: SumsPool,
  shared: SharedSides,
  pass: MeanPass,
): Promise<readonly Float64Array[]> {
  const relabellings = pass.keys[0]!.length / 2;
  const workers = Math.min(pool.size, relabellings);
  const startOf = (worker: number): number => Math.round((worker * relabellings) / workers);
  await pool.request((worker) => sumsOf(pass, startOf(worker), startOf(worker + 1)), workers);
  let done = 0;
  for (const side of ['old', 'new'] as const) {
    for await (const { rows, count, labels } of shared[side].chunks()) {
      pass.signal?.throwIfAborted();
      await pool.request(() => ({ chunk: { rows, count, groups: labels, side } }), workers);
      done += count;
      pass.tell(done);
    }
  }
  // What sums are asked for.
  const parts = (await pool.request(() => 'result', workers)) as Float64Array[];
  return pass.groups.map((_, group) => {
    const values = new Float64Array(1 + relabellings);
    for (const [worker, part] of parts.entries()) {
      const own = part.length / pass.groups.length;
      const start = group * own;
      values[0] = part[start]!;
      values.set(part.subarray(start + 1, start + own), 1 + startOf(worker));
    }
    return values;
  });
}

/** Request of sums under the relabellings from `from` to below `to`. */
function sumsOf({ groups, keys, dim }: MeanPass, from: number, to: number): MeanRequest {
  const open = {
    dim,
    groups: groups.map(({ oldRows, newRows }, at) => ({
      rows: oldRows + newRows,
      newRows,
      keys: keys[at]!.slice(2 * from, 2 * to),
    })),
  };
  return { open };
}
