import { atLeastOne, outOfRange } from '../../out-of-range.ts';
import { permutation, seededRandom } from '../../random.ts';
import { availableCores } from '../../threads/available-cores.ts';
import { sharedFloat32 } from '../../threads/shared-memory.ts';
import { openWorkPool, type WorkPool } from '../../threads/work-pool.ts';
import { tileQueries } from '../neighbours/tile-shape.ts';
import { sharedRows, type SharedRows } from '../vectors/shared-rows.ts';
import type { VectorSet } from '../vectors/vector-set.ts';
import { farRows } from './far-rows.ts';
import { type ClusterSize, restartState, type RestartState, squaresOf } from './k-means-state.ts';
import { type KMeansRequest, kMeansWork } from './k-means-work.ts';
import { allMoved, emptyClusters, lloydUpdate } from './lloyd-update.ts';
import { seedCentres } from './seed-centres.ts';

/** Options of k-means. */
export interface KMeansOptions {
  /** Clusters, from 1 to the number of rows. */
  readonly k: number;
  /** Leave out rows without a class. @default false */
  readonly labelledOnly?: boolean | undefined;
  /** Random seed of the initial centres. @default 0 */
  readonly seed?: number | undefined;
  /** Restarts from different initial centres, of which the best is kept, 1 or more. @default 10 */
  readonly restarts?: number | undefined;
  /** Maximum iterations of a restart, 1 or more. @default 300 */
  readonly iterations?: number | undefined;
  /**
   * Convergence tolerance: a restart ends when all centres together move by no more than this share of the variance
   * of a dimension (squared distances), 0 or more. @default 1e-4
   */
  readonly tolerance?: number | undefined;
  /** Bytes of rows held at once; a larger set is read in every iteration. @default 2 ** 30 */
  readonly memoryBytes?: number | undefined;
  /** Worker threads; 0 computes on the calling thread. The result does not depend on it. @default all cores, or 0 for little work */
  readonly threads?: number | undefined;
  readonly onProgress?: ((progress: KMeansProgress) => void) | undefined;
  /** Aborts the search at once. */
  readonly signal?: AbortSignal | undefined;
}

/** Progress of k-means, over all restarts. */
export interface KMeansProgress {
  /** Initial centres are drawn, or rows are assigned to the nearest. */
  readonly part: 'centres' | 'rows';
  /** Centres that were drawn, or rows that were assigned, each as often as it was. */
  readonly done: number;
  /** Undefined for rows: nobody knows how many iterations there will be. */
  readonly total?: number | undefined;
}

/** Clusters of the best restart. */
export interface KMeans {
  /** `[set.count]` int32 cluster of each row, -1 when it was left out. */
  readonly clusters: Int32Array;
  /** `[k, dim]` float64. Means of rows, not of length 1. */
  readonly centres: Float64Array;
  /** Within-cluster sum of squares: squared distances of the rows to their centres. */
  readonly inertia: number;
  /** Number of the restart that found it, from 0. */
  readonly restart: number;
  readonly iterations: number;
  /** Converged before `iterations` ran out. */
  readonly converged: boolean;
}

/** Initial centres are drawn from so many rows, or so many for each cluster, at least. */
const [sampleRows, sampleRowsPerCluster] = [16_384, 32];

/** Below this many multiplications of a pass, starting threads costs more than it saves. */
const worthThreads = 2 ** 28;

/**
 * k-means of L2-normalised rows: Lloyd's iterations from initial centres of k-means++.
 *
 * All searches share the passes over the rows. Initial centres come from all rows or, of more than 16,384 and 32 a cluster,
 * from a sample chosen by `seed`. Of equal distances the lowest cluster is taken, and of equal searches the first. Float32
 * screens, float64 decides: the result depends on neither threads nor how the set is read, bit for bit.
 *
 * Memory: `memoryBytes` of rows, the sample and, for each restart, 12 bytes a row and its centres twice.
 *
 * @throws {RangeError} When an option is out of its range.
 * @throws {PipelineError} `ERR_FORMAT` when a row is not finite or 0, naming the image; `ERR_ENGINE` when a thread failed.
 * @throws The reason of `signal`, when it aborts first.
 * @see Lloyd, Least squares quantization in PCM, 1982; scikit-learn `KMeans`, whose tolerance this is.
 */
export async function kMeans(set: VectorSet, options: KMeansOptions): Promise<KMeans> {
  const { k, labelledOnly = false, restarts = 10, memoryBytes = 2 ** 30 } = options;
  checkOptions(options);
  options.signal?.throwIfAborted();
  const { dim, labels } = set;
  const reading = { labels, labelledOnly, unit: true, memoryBytes, multiple: tileQueries };
  const rows = sharedRows(set, reading);
  if (k > rows.count) throw outOfRange('k', `at most ${rows.count}, the rows of the set`, k);
  const size: ClusterSize = { k, dim };
  const pool = openPool(rows, size, options);
  try {
    const states = Array.from({ length: restarts }, () => restartState(size, rows.count));
    await drawFirstCentres(pool, rows, { size, states, options });
    const { best, inertia } = await bestSearch(pool, rows, { size, states, options });
    return {
      clusters: spread(best.state.clusters, labelledOnly ? labels : undefined),
      centres: Float64Array.from(best.state.centres),
      inertia,
      restart: best.restart,
      iterations: best.iterations,
      converged: best.converged,
    };
  } catch (error) {
    options.signal?.throwIfAborted();
    throw error;
  } finally {
    await pool.close();
  }
}

function checkOptions(options: KMeansOptions): void {
  const { k, restarts = 10, iterations = 300, memoryBytes = 2 ** 30, tolerance = 1e-4 } = options;
  for (const [name, value] of Object.entries({ k, restarts, iterations, memoryBytes })) {
    atLeastOne(name, value);
  }
  if (tolerance >= 0 && tolerance < Infinity) return;
  throw outOfRange('tolerance', 'at least 0', tolerance);
}

type KMeansPool = WorkPool<KMeansRequest, void>;

function openPool(
  { count }: SharedRows,
  { k, dim }: ClusterSize,
  { restarts = 10, threads, signal }: KMeansOptions,
): KMeansPool {
  const isLittle = count * k * dim * restarts < worthThreads;
  return openWorkPool({
    module: new URL('k-means-worker.ts', import.meta.url),
    work: kMeansWork(),
    maxWorkers: Math.ceil(count / tileQueries),
    threads: threads ?? (isLittle ? 0 : availableCores()),
    uncut: true,
    signal,
  });
}

/** What the searches share. */
interface Searching {
  readonly size: ClusterSize;
  readonly states: readonly RestartState[];
  readonly options: KMeansOptions;
}

interface Search {
  readonly restart: number;
  readonly state: RestartState;
  inertia: number;
  iterations: number;
  converged: boolean;
}

/** Lloyd's iterations of all restarts until they have come to rest, and the best of them with its rows assigned. */
async function bestSearch(
  pool: KMeansPool,
  rows: SharedRows,
  { size, states, options }: Searching,
): Promise<{ readonly best: Search; readonly inertia: number }> {
  const { iterations = 300, tolerance = 1e-4, onProgress } = options;
  const searches = states.map((state, restart): Search => {
    return { restart, state, inertia: Infinity, iterations: 0, converged: false };
  });
  const assigning = assigner(pool, rows, size, (done) => onProgress?.({ part: 'rows', done }));
  for (let iteration = 1; iteration <= iterations; iteration += 1) {
    const active = searches.filter(({ converged }) => !converged);
    if (active.length === 0) break;
    const squares = await assigning(active.map(({ state }) => state));
    for (const search of active) {
      const { state } = search;
      const far = await farRows(
        rows,
        { state, squares, dim: size.dim },
        emptyClusters(state).length,
      );
      search.inertia = inertiaOf(state, squares);
      search.iterations = iteration;
      const update = lloydUpdate(state, size, rows.count, far);
      search.converged = update.shift <= (tolerance * Math.max(0, update.variance)) / size.dim;
    }
  }
  const best = searches.reduce((one, next) => (next.inertia < one.inertia ? next : one));
  const squares = await assigning([best.state]);
  return { best, inertia: inertiaOf(best.state, squares) };
}

/** One pass over the rows for some restarts; it resolves to the square of each row. */
type Assign = (states: readonly RestartState[]) => Promise<Float64Array>;

/** @param onRows Called after some rows of a restart: how many were assigned so far, over all passes. */
function assigner(
  pool: KMeansPool,
  rows: SharedRows,
  size: ClusterSize,
  onRows: (rows: number) => void,
): Assign {
  const squares = new Float64Array(rows.count);
  const { size: workers } = pool;
  let [done, isFirst] = [0, true];
  return async (states) => {
    for await (const chunk of rows.chunks()) {
      for (const state of states) {
        const request = { task: 'assign', chunk, size, state, workers } as const;
        await pool.request((worker) => ({ ...request, worker }));
        done += chunk.count;
        onRows(done);
      }
      await pool.request((worker) => ({ task: 'sum', chunk, size, states, worker, workers }));
      if (!isFirst) continue;
      squares.set(squaresOf(chunk.rows.subarray(0, chunk.count * size.dim), size.dim), chunk.first);
    }
    isFirst = false;
    return squares;
  };
}

/** Summed squared distance of rows from their centres; rounding may leave less than 0. */
function inertiaOf({ excess }: RestartState, squares: Float64Array): number {
  let sum = 0;
  for (let row = 0; row < squares.length; row += 1)
    sum += Math.max(0, squares[row]! + excess[row]!);
  return sum;
}

async function drawFirstCentres(
  pool: KMeansPool,
  rows: SharedRows,
  { size, states, options }: Searching,
): Promise<void> {
  const { seed = 0, onProgress } = options;
  const { size: workers } = pool;
  const sample = await sampledRows(rows, size, seed);
  await seedCentres({
    rows: sample,
    size,
    seed,
    states,
    update: async (seeds) => {
      const request = { task: 'seed', rows: sample, size, seeds, workers } as const;
      await pool.request((worker) => ({ ...request, worker }));
    },
    onProgress: (done) => onProgress?.({ part: 'centres', done, total: states.length * size.k }),
  });
  for (const state of states) allMoved(state);
}

/** `[count, dim]` rows that initial centres are chosen from, in shared memory. */
async function sampledRows(
  rows: SharedRows,
  { k, dim }: ClusterSize,
  seed: number,
): Promise<Float32Array> {
  const count = Math.min(rows.count, Math.max(sampleRows, sampleRowsPerCluster * k));
  const wanted = permutation(rows.count, seededRandom('k-means-sample', seed))
    .subarray(0, count)
    .toSorted();
  const sample = sharedFloat32(count * dim);
  let taken = 0;
  for await (const chunk of rows.chunks()) {
    for (; taken < count && wanted[taken]! < chunk.first + chunk.count; taken += 1) {
      const start = (wanted[taken]! - chunk.first) * dim;
      sample.set(chunk.rows.subarray(start, start + dim), taken * dim);
    }
  }
  return sample;
}

/** Clusters of the rows that were kept at the places of all rows. */
function spread(clusters: Int32Array, labels: Int32Array | undefined): Int32Array {
  if (labels === undefined) return Int32Array.from(clusters);
  let kept = 0;
  return labels.map((label) => (label < 0 ? -1 : clusters[kept++]!));
}
