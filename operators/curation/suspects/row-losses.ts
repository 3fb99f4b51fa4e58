import { sharedRows } from '../../evaluation/vectors/shared-rows.ts';
import { tileRows } from '../../evaluation/vectors/tile-products.ts';
import type { VectorSet } from '../../evaluation/vectors/vector-set.ts';
import { permutation, seededRandom } from '../../random.ts';
import { availableCores } from '../../threads/available-cores.ts';
import { sharedFloat32, sharedFloat64, sharedInt32 } from '../../threads/shared-memory.ts';
import { openWorkPool } from '../../threads/work-pool.ts';
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
 */
export async function rowLosses(
  queries: VectorSet,
  support: VectorSet,
  options: RowLossesOptions,
): Promise<Float64Array> {
  const { temperature, leaveOneOut, memoryMb, signal, onProgress } = options;
  const { dim } = support;
  const chosen = chosenRows(support.count, options);
  const sample = sharedFloat32(chosen.length * dim);
  await gatherRows(support, chosen, Int32Array.from(chosen.keys()), sample);
  const supportLabels = sharedInt32(chosen.length);
  for (const [at, position] of chosen.entries()) supportLabels[at] = support.labels[position]!;
  const placeOf = new Map(leaveOneOut ? Array.from(chosen, (position, at) => [position, at]) : []);
  const shared = { support: sample, supportLabels, dim, temperature };
  const { labels } = queries;
  const rows = sharedRows(queries, { labels, memoryBytes: memoryMb * 1e6, multiple: tileRows });
  const losses = new Float64Array(queries.count);
  const isSmall = queries.count * chosen.length * dim < worthThreads;
  const pool = openWorkPool<RowLossesRequest, void>({
    module: new URL('row-losses-worker.ts', import.meta.url),
    work: rowLossesWork,
    maxWorkers: Math.max(1, Math.ceil(queries.count / tileRows)),
    threads: options.threads ?? (isSmall ? 0 : availableCores()),
    signal,
  });
  try {
    for await (const { first, count, rows: chunk, labels: own } of rows.chunks()) {
      // Some at a time, so that progress is told and an abort is heard.
      for (let from = 0; from < count; from += rowsAtOnce) {
        const some = Math.min(rowsAtOnce, count - from);
        const part = sharedFloat64(some);
        const selves = sharedInt32(some);
        for (let at = 0; at < some; at += 1) selves[at] = placeOf.get(first + from + at) ?? -1;
        const request = {
          ...shared,
          rows: chunk.subarray(from * dim, (from + some) * dim),
          count: some,
          labels: own.subarray(from, from + some),
          selves,
          losses: part,
          lanes: pool.size,
          workers: pool.size,
        };
        await pool.request((worker) => ({ ...request, worker }));
        losses.set(part, first + from);
        onProgress?.(first + from + some);
      }
    }
  } finally {
    await pool.close();
  }
  return losses;
}

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
