import { type RowChunk, sharedRows } from '../../evaluation/vectors/shared-rows.ts';
import { tileRows } from '../../evaluation/vectors/tile-products.ts';
import type { VectorSet } from '../../evaluation/vectors/vector-set.ts';
import { permutation, seededRandom } from '../../random.ts';
import { availableCores } from '../../threads/available-cores.ts';
import { sharedFloat32, sharedFloat64, sharedInt32 } from '../../threads/shared-memory.ts';
import { openWorkPool, type WorkPool } from '../../threads/work-pool.ts';
import { gatherRows } from '../gathered-rows.ts';
import { type RowLossesRequest, rowLossesWork } from './row-losses-work.ts';

/** Below this many multiplications, starting threads costs more than it saves. */
const worthThreads = 2 ** 28;

/** Options of `rowLosses`. */
export interface RowLossesOptions {
  readonly temperature: number;
  /** Maximum rows of the support that a row is compared with. */
  readonly sample: number;
  readonly seed: number;
  /** Both sets hold the same rows. */
  readonly leaveOneOut: boolean;
  readonly memoryMb: number;
  readonly threads: number | undefined;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: ((rows: number) => void) | undefined;
}

/**
 * SINCERE loss of each row as an anchor against the support, or against `sample` rows of it that the seed chooses.
 *
 * @param queries Unit rows. @param support Unit rows, each with a class; labels counted as those of `queries`.
 * @returns `[queries.count]` nats, NaN where the class is unknown or has no other row among those compared.
 * @throws {PipelineError} `ERR_FORMAT` when a row cannot be used; `ERR_ENGINE` when a thread failed.
 * @throws The reason of `signal`, when it aborts first.
 */
export async function rowLosses(
  queries: VectorSet,
  support: VectorSet,
  options: RowLossesOptions,
): Promise<Float64Array> {
  const { memoryMb, signal, onProgress } = options;
  const others = await gatheredSupport(support, options);
  const { labels, count: total, dim } = queries;
  const rows = sharedRows(queries, { labels, memoryBytes: memoryMb * 1e6, multiple: tileRows });
  const isSmall = total * others.shared.supportLabels.length * dim < worthThreads;
  const pool = openWorkPool<RowLossesRequest, void>({
    module: new URL('row-losses-worker.ts', import.meta.url),
    work: rowLossesWork,
    maxWorkers: Math.max(1, Math.ceil(total / tileRows)),
    threads: options.threads ?? (isSmall ? 0 : availableCores()),
    signal,
  });
  const losses = new Float64Array(total);
  try {
    for await (const chunk of rows.chunks()) {
      // Some at a time, so that progress is told and an abort is heard.
      for (let from = 0; from < chunk.count; from += rowsAtOnce) {
        const part = await lossesOf(pool, others, { chunk, from });
        losses.set(part, chunk.first + from);
        onProgress?.(chunk.first + from + part.length);
      }
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    await pool.close();
  }
  return losses;
}

/** Rows that losses are against. */
interface GatheredSupport {
  /** In shared memory. */
  readonly shared: Pick<RowLossesRequest, 'support' | 'supportLabels' | 'dim' | 'temperature'>;
  /** Place among them of a row of the queries, for one that is among them. */
  readonly placeOf: ReadonlyMap<number, number>;
}

async function gatheredSupport(
  set: VectorSet,
  options: RowLossesOptions,
): Promise<GatheredSupport> {
  const { dim, count, labels } = set;
  const { temperature, leaveOneOut } = options;
  const positions = chosenRows(count, options);
  const support = sharedFloat32(positions.length * dim);
  await gatherRows(set, positions, Int32Array.from(positions.keys()), support);
  const supportLabels = sharedInt32(positions.length);
  for (const [at, position] of positions.entries()) supportLabels[at] = labels[position]!;
  const placeOf = new Map(
    leaveOneOut ? Array.from(positions, (position, at) => [position, at]) : [],
  );
  return { shared: { support, supportLabels, dim, temperature }, placeOf };
}

/** Losses of some rows of a chunk. */
async function lossesOf(
  pool: WorkPool<RowLossesRequest, void>,
  { shared, placeOf }: GatheredSupport,
  { chunk, from }: { readonly chunk: RowChunk; readonly from: number },
): Promise<Float64Array> {
  const { dim } = shared;
  const count = Math.min(rowsAtOnce, chunk.count - from);
  const losses = sharedFloat64(count);
  const selves = sharedInt32(count);
  for (let at = 0; at < count; at += 1) selves[at] = placeOf.get(chunk.first + from + at) ?? -1;
  const request = {
    ...shared,
    rows: chunk.rows.subarray(from * dim, (from + count) * dim),
    count,
    labels: chunk.labels.subarray(from, from + count),
    selves,
    losses,
    lanes: pool.size,
    workers: pool.size,
  };
  await pool.request((worker) => ({ ...request, worker }));
  return losses;
}

/** Rows of one request. */
const rowsAtOnce = 64 * tileRows;

/** Ascending positions. */
function chosenRows(
  count: number,
  { sample, seed }: Pick<RowLossesOptions, 'sample' | 'seed'>,
): Int32Array {
  if (count <= sample) return Int32Array.from({ length: count }, (_, at) => at);
  const order = permutation(count, seededRandom('suspects-sample', seed));
  return Int32Array.from(order.subarray(0, sample)).sort();
}
