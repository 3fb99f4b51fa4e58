import type { Worker } from 'node:worker_threads';
import { availableCores } from '../available-cores.ts';
import { messageOf, PipelineError } from '../errors.ts';
import { startWorker } from '../start-worker.ts';
import {
  checkRows,
  neighbourSearch,
  type BestMatches,
  type LabelledRows,
  type NeighbourQuery,
  type Neighbours,
} from './neighbour-search.ts';
import type { NeighbourRequest } from './neighbour-worker.ts';

/** How a search is run. */
export interface NearestNeighboursOptions {
  /** Length of a row, 1 or more. */
  readonly dim: number;
  /** Neighbours kept for each query, 1 or more. */
  readonly k: number;
  /** Whether query i is support row i, and not its own neighbour. @default false */
  readonly leaveOneOut?: boolean | undefined;
  /** Worker threads; 0 searches on the calling thread. @default all cores */
  readonly threads?: number | undefined;
  /** Ends the search at once. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * The exact k nearest support rows of each query by dot product, and the nearest of its own and of
 * another class.
 *
 * The support comes in blocks of any size and is not kept, so that it may be larger than memory; the
 * next block is fetched while one is compared. The result does not depend on blocks or threads, and of
 * equal similarities the lowest position comes first.
 *
 * Memory: the queries as float64, two blocks of support, and the results. Each thread has a share of
 * the queries and sees every block.
 *
 * @param queries Rows of length 1. Borrowed.
 * @param support Blocks whose rows have length 1, in the order of positions. Borrowed until the next one is asked for.
 * @throws {RangeError} When sizes disagree or a number is not finite.
 * @throws {PipelineError} `ERR_ENGINE` when a thread failed, such as for lack of memory.
 * @throws The reason of `signal`, when it aborts first.
 */
export async function nearestNeighbours(
  queries: LabelledRows,
  support: Iterable<LabelledRows> | AsyncIterable<LabelledRows>,
  options: NearestNeighboursOptions,
): Promise<Neighbours> {
  const { dim, k, leaveOneOut = false, threads = availableCores(), signal } = options;
  if (!Number.isInteger(threads) || threads < 0) {
    throw new RangeError(`Expected \`threads\` to be an integer of at least 0, got \`${threads}\``);
  }
  signal?.throwIfAborted();
  // Here too, because a thread would count rows from the start of its share.
  const count = checkRows('query', queries, dim);
  const whole: NeighbourQuery = { ...queries, dim, k, selfAt: leaveOneOut ? 0 : undefined };
  if (threads === 0 || count === 0) {
    const search = neighbourSearch(whole);
    for await (const block of support) {
      signal?.throwIfAborted();
      search.add(block);
    }
    return search.result();
  }
  const shares = Math.min(threads, count);
  const bounds = Array.from({ length: shares + 1 }, (_, at) => Math.round((at * count) / shares));
  const searches = bounds
    .slice(1)
    .map((end, at) => searchInWorker(shareOf(whole, bounds[at]!, end), signal));
  let compared: Promise<unknown> = Promise.resolve();
  try {
    for await (const block of support) {
      checkRows('support', block, dim);
      await compared;
      const shared = { rows: inSharedMemory(block.rows), labels: inSharedMemory(block.labels) };
      compared = Promise.all(searches.map((search) => search.ask(shared)));
      // It is awaited before the next block; should the source fail before that, its error is the one to tell.
      compared.catch(() => {});
    }
    await compared;
    const parts = await Promise.all(searches.map((search) => search.ask('result')));
    return joined(parts as Neighbours[], k);
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    await Promise.all(searches.map((search) => search.close()));
  }
}

interface WorkerSearch {
  ask(request: NeighbourRequest): Promise<unknown>;
  close(): Promise<unknown>;
}

/** One search in a thread. A failure in there, or an abort, rejects what is asked. */
function searchInWorker(query: NeighbourQuery, signal: AbortSignal | undefined): WorkerSearch {
  const worker: Worker = startWorker(new URL('neighbour-worker.ts', import.meta.url), {
    workerData: query,
  });
  const closed = new AbortController();
  const failed = new Promise<never>((_, reject) => {
    worker.on('error', (error) => {
      const message = `A thread of the search failed: ${messageOf(error)}`;
      reject(new PipelineError('ERR_ENGINE', message, { cause: error }));
    });
    signal?.addEventListener('abort', () => reject(signal.reason), { signal: closed.signal });
  });
  // Told to whoever asks; without a question there is nobody to tell.
  failed.catch(() => {});
  return {
    ask(request) {
      const answer = new Promise((resolve) => worker.once('message', resolve));
      worker.postMessage(request);
      return Promise.race([answer, failed]);
    },
    close() {
      closed.abort();
      return worker.terminate();
    },
  };
}

function shareOf(query: NeighbourQuery, start: number, end: number): NeighbourQuery {
  return {
    ...query,
    rows: query.rows.slice(start * query.dim, end * query.dim),
    labels: query.labels.slice(start, end),
    selfAt: query.selfAt === undefined ? undefined : query.selfAt + start,
  };
}

function inSharedMemory<A extends Float32Array | Int32Array>(values: A): A {
  if (values.buffer instanceof SharedArrayBuffer) return values;
  const Same = values.constructor as new (buffer: SharedArrayBuffer) => A;
  const shared = new Same(new SharedArrayBuffer(values.byteLength));
  shared.set(values);
  return shared;
}

function joined(parts: readonly Neighbours[], k: number): Neighbours {
  return {
    count: parts.reduce((sum, part) => sum + part.count, 0),
    k,
    nearest: joinedMatches(parts.map((part) => part.nearest)),
    same: joinedMatches(parts.map((part) => part.same)),
    other: joinedMatches(parts.map((part) => part.other)),
  };
}

function joinedMatches(parts: readonly BestMatches[]): BestMatches {
  const length = parts.reduce((sum, part) => sum + part.labels.length, 0);
  const positions = new Int32Array(length);
  const similarities = new Float64Array(length);
  const labels = new Int32Array(length);
  let at = 0;
  for (const part of parts) {
    positions.set(part.positions, at);
    similarities.set(part.similarities, at);
    labels.set(part.labels, at);
    at += part.labels.length;
  }
  return { positions, similarities, labels };
}
