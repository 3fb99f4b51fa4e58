import { atLeastOne, outOfRange } from '../../out-of-range.ts';
import { permutation, seededRandom } from '../../random.ts';
import { openWorkPool, type WorkPool } from '../../threads/work-pool.ts';
import { laneCount } from '../vectors/lanes.ts';
import { sharedFloat32, sharedFloat64, sharedInt32 } from '../../threads/shared-memory.ts';
import { sharedRows, type SharedRows } from '../vectors/shared-rows.ts';
import { evenWidth, tileRows } from '../vectors/tile-products.ts';
import type { VectorSet } from '../vectors/vector-set.ts';
import { kMeansWork, tallyNumbers, type ClusterSize, type KMeansRequest } from './k-means-work.ts';
import { lloydUpdate } from './lloyd-update.ts';

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
  /** Worker threads; 0 computes on the calling thread. The result does not depend on it. @default all cores */
  readonly threads?: number | undefined;
  /** Progress callback after each iteration: how many there were, and the least inertia. */
  readonly onProgress?: ((iterations: number, inertia: number) => void) | undefined;
  /** Aborts the search at once. */
  readonly signal?: AbortSignal | undefined;
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

/**
 * k-means of L2-normalised rows: Lloyd's iterations from initial centres of k-means++.
 *
 * All searches share a pass over the rows, which compares each row with the centres of those that have not come to
 * rest. Initial centres come from all rows or, of more than 16,384 and 32 a cluster, from a sample chosen by `seed`.
 * Of equal distances the lowest cluster is taken, and of equal searches the first. The result depends on neither
 * threads nor how the set is read, bit for bit.
 *
 * Memory: `memoryBytes` of rows, the sample, up to 256 MiB of sums (more when those of one lane are more) and
 * 8 bytes for a row.
 *
 * @throws {RangeError} When an option is out of its range.
 * @throws {PipelineError} `ERR_FORMAT` when a row is not finite or 0, naming the image; `ERR_ENGINE` when a thread failed.
 * @throws The reason of `signal`, when it aborts first.
 * @see Lloyd, Least squares quantization in PCM, 1982; scikit-learn `KMeans`, whose tolerance this is.
 */
export async function kMeans(set: VectorSet, options: KMeansOptions): Promise<KMeans> {
  const { k, labelledOnly = false, seed = 0, restarts = 10, iterations = 300 } = options;
  const { tolerance = 1e-4, memoryBytes = 2 ** 30, threads, onProgress, signal } = options;
  for (const [name, value] of Object.entries({ k, restarts, iterations, memoryBytes })) {
    atLeastOne(name, value);
  }
  if (!(tolerance >= 0 && tolerance < Infinity)) {
    throw outOfRange('tolerance', 'at least 0', tolerance);
  }
  signal?.throwIfAborted();
  const { dim, labels } = set;
  const rows = sharedRows(set, {
    labels,
    labelledOnly,
    unit: true,
    memoryBytes,
    multiple: tileRows,
  });
  if (k > rows.count) throw outOfRange('k', `at most ${rows.count}, the rows of the set`, k);

  const size: ClusterSize = { k, dim };
  const stride = evenWidth(k) * dim;
  const numbers = tallyNumbers(size);
  const lanes = laneCount(rows.count, restarts * numbers);
  const centres = sharedFloat64(restarts * stride);
  const tallies = sharedFloat64(lanes * restarts * numbers);
  const clusters = sharedInt32(rows.count);
  const pool = openWorkPool<KMeansRequest, void>({
    module: new URL('k-means-worker.ts', import.meta.url),
    work: kMeansWork,
    maxWorkers: Math.max(lanes, restarts),
    threads,
    signal,
  });

  /** Compares all rows with the centres of some restarts. The tallies of a restart, one for each lane. */
  const pass = async (
    active: readonly number[],
    assigned?: Int32Array,
  ): Promise<(which: number) => Float64Array[]> => {
    const workers = pool.size;
    const all = { task: 'assign', size, centres, active, tallies, clusters: assigned } as const;
    for await (const chunk of rows.chunks()) {
      await pool.request((worker) => ({ ...all, chunk, worker, workers, lanes }));
    }
    return (which) =>
      Array.from({ length: lanes }, (_, lane) => {
        const start = (lane * active.length + which) * numbers;
        return tallies.subarray(start, start + numbers);
      });
  };

  try {
    await drawFirstCentres(pool, rows, { size, seed, restarts, centres });
    const searches = Array.from({ length: restarts }, (_, restart): Search => {
      const own = centres.subarray(restart * stride, (restart + 1) * stride);
      return { restart, own, inertia: Infinity, iterations: 0, converged: false };
    });
    for (let iteration = 1; iteration <= iterations; iteration += 1) {
      const active = searches.filter(({ converged }) => !converged);
      if (active.length === 0) break;
      const talliesOf = await pass(active.map(({ restart }) => restart));
      for (const [which, search] of active.entries()) {
        const update = lloydUpdate(talliesOf(which), search.own, size, rows.count);
        search.inertia = update.inertia;
        search.iterations = iteration;
        search.converged = update.shift <= (tolerance * Math.max(0, update.variance)) / dim;
      }
      onProgress?.(iteration, Math.min(...searches.map(({ inertia }) => inertia)));
    }
    const best = searches.reduce((best, next) => (next.inertia < best.inertia ? next : best));
    const talliesOf = await pass([best.restart], clusters);
    // Centres stay as they are: rows are assigned to those that are returned.
    const { inertia } = lloydUpdate(talliesOf(0), best.own.slice(), size, rows.count);
    return {
      clusters: spread(clusters, labelledOnly ? labels : undefined),
      centres: best.own.slice(0, k * dim),
      inertia,
      restart: best.restart,
      iterations: best.iterations,
      converged: best.converged,
    };
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    await pool.close();
  }
}

interface Search {
  readonly restart: number;
  /** `[width, dim]` its part of all centres. */
  readonly own: Float64Array;
  inertia: number;
  iterations: number;
  converged: boolean;
}

async function drawFirstCentres(
  pool: WorkPool<KMeansRequest, void>,
  rows: SharedRows,
  what: {
    readonly size: ClusterSize;
    readonly seed: number;
    readonly restarts: number;
    readonly centres: Float64Array;
  },
): Promise<void> {
  const { size, seed, restarts, centres } = what;
  const { k, dim } = size;
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
  const all = Array.from({ length: restarts }, (_, restart) => restart);
  const { size: workers } = pool;
  await pool.request((worker) => ({
    task: 'seed',
    rows: sample,
    count,
    size,
    seed,
    restarts: all.filter((restart) => restart % workers === worker),
    centres,
  }));
}

/** Clusters of the rows that were kept at the places of all rows. */
function spread(clusters: Int32Array, labels: Int32Array | undefined): Int32Array {
  if (labels === undefined) return Int32Array.from(clusters);
  let kept = 0;
  return labels.map((label) => (label < 0 ? -1 : clusters[kept++]!));
}
