import { availableCores } from '../../threads/available-cores.ts';
import { outOfRange } from '../../out-of-range.ts';
import { openWorkPool, type WorkPool } from '../../threads/work-pool.ts';
import type { VectorSet } from '../vectors/vector-set.ts';
import type { ComparisonOptions } from './comparison-options.ts';
import {
  type ComparisonReply,
  type ComparisonRequest,
  type ComparisonSpec,
  comparisonWork,
  type PartOf,
} from './comparison.ts';
import { queryGroups } from './query-groups.ts';
import type { QueryShare } from './query-share.ts';
import { supportBlocks, supportSlots } from './support-block.ts';

/** Options of a comparison, with its kind. */
export interface CompareSetsOptions<Spec extends ComparisonSpec> extends Omit<
  ComparisonOptions,
  'leaveOneOut'
> {
  readonly spec: Spec;
  /**
   * Leave-one-out: `[queries]` position of each query in the support, which it is not compared with.
   * @default none is there
   */
  readonly selves?: Int32Array | undefined;
  /** Bytes held for a query, besides its row. */
  readonly bytesPerQuery: number;
  /** Maximum copies of one row that can be of interest to a query. */
  readonly copies: number;
}

/** Parts of a group of queries, one after the other. */
export interface ComparedGroup<Part> {
  /** Position of the first query. */
  readonly first: number;
  readonly parts: readonly Part[];
}

/** Below this many multiplications, starting threads costs more than it saves. */
const worthThreads = 2 ** 32;

/**
 * Compares queries with a support, a group of queries at a time, each thread its share of them.
 *
 * The support is read once for every group; its next block is fetched while one is compared.
 *
 * Memory: `memoryMb` for a group, two blocks of support, and some megabytes for each thread.
 *
 * @throws {RangeError} When sets do not fit together, an option is out of its range, or a row is not finite.
 * @throws {PipelineError} `ERR_ENGINE` when a thread failed, such as for lack of memory.
 * @throws The reason of `signal`, when it aborts first.
 */
export async function* compareSets<Spec extends ComparisonSpec>(
  queries: VectorSet,
  support: VectorSet,
  options: CompareSetsOptions<Spec>,
): AsyncGenerator<ComparedGroup<PartOf<Spec>>> {
  const { spec, selves, copies, signal, onProgress } = options;
  signal?.throwIfAborted();
  const groupSize = groupSizeOf(queries, options);
  const pool = comparingPool(queries, support, options);
  const slots = supportSlots(support);
  try {
    await pool.request(() => ({ open: spec }));
    for await (const { first, rows } of queryGroups(queries, groupSize)) {
      signal?.throwIfAborted();
      const count = rows.length / queries.dim;
      const shares = sharesOf(queries, first, rows, pool.size, selves);
      const request = (requestOf: (worker: number) => ComparisonRequest) =>
        pool.request(requestOf, shares.length);
      await request((worker) => ({ share: shares[worker]! }));
      let compared: Promise<unknown> = Promise.resolve();
      let seen = 0;
      for await (const block of supportBlocks(support, copies, slots)) {
        await compared;
        signal?.throwIfAborted();
        if (seen > 0) onProgress?.(first + Math.floor((count * seen) / support.count));
        compared = request(() => ({ block }));
        // It is awaited before the next block; should the source fail before that, its error is the one to tell.
        compared.catch(() => {});
        seen += block.count;
      }
      await compared;
      onProgress?.(first + count);
      // What a search of this kind finds.
      yield { first, parts: (await request(() => 'result')) as PartOf<Spec>[] };
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    await pool.close();
  }
}

function comparingPool<Spec extends ComparisonSpec>(
  queries: VectorSet,
  support: VectorSet,
  { threads, signal }: CompareSetsOptions<Spec>,
): WorkPool<ComparisonRequest, ComparisonReply> {
  if (queries.dim !== support.dim) {
    throw new RangeError(
      `Expected rows of \`${queries.name}\` to have length ${support.dim} like those of \`${support.name}\`, ` +
        `got \`${queries.dim}\``,
    );
  }
  const isSmall = queries.count * support.count * queries.dim < worthThreads;
  return openWorkPool({
    module: new URL('comparison-worker.ts', import.meta.url),
    work: comparisonWork(),
    maxWorkers: queries.count,
    threads: threads ?? (isSmall ? 0 : availableCores()),
    uncut: true,
    signal,
  });
}

/** Queries of a group: as many as fit, in groups of about the same size. */
function groupSizeOf<Spec extends ComparisonSpec>(
  { name, count, dim }: VectorSet,
  { memoryMb = 256, bytesPerQuery }: CompareSetsOptions<Spec>,
): number {
  const bytes = 4 * dim + bytesPerQuery;
  const fitting = Math.floor((memoryMb * 1e6) / bytes);
  if (!(fitting >= 1)) {
    throw outOfRange(
      'memoryMb',
      `at least ${bytes / 1e6}, what one query of \`${name}\` takes`,
      memoryMb,
    );
  }
  return Math.max(1, Math.ceil(count / Math.ceil(count / fitting)));
}

function sharesOf(
  { dim, labels }: VectorSet,
  first: number,
  rows: Float32Array,
  most: number,
  selves: Int32Array | undefined,
): readonly QueryShare[] {
  const count = rows.length / dim;
  const shares = Math.min(most, count);
  return Array.from({ length: shares }, (_, at) => {
    const start = Math.round((at * count) / shares);
    const end = Math.round(((at + 1) * count) / shares);
    return {
      rows: rows.subarray(start * dim, end * dim),
      labels: labels.slice(first + start, first + end),
      selves: selves?.slice(first + start, first + end) ?? new Int32Array(end - start).fill(-1),
    };
  });
}
