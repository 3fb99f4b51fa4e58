import type { RowChunk } from '../vectors/shared-rows.ts';
import type { ClusterSize, RestartState } from './k-means-state.ts';

/** Rows of a chunk to be added to the sums of their clusters. */
export interface SumRequest {
  readonly task: 'sum';
  readonly chunk: RowChunk;
  readonly size: ClusterSize;
  readonly states: readonly RestartState[];
  readonly worker: number;
  readonly workers: number;
}

/**
 * Sums of the rows of this thread's share of the clusters, row by row: the order of a sum depends on no thread. The
 * first chunk of a pass begins them.
 */
export function sumClusters({ chunk, size, states, worker, workers }: SumRequest): void {
  const { k, dim } = size;
  for (const { clusters, sums, counts } of states) {
    if (chunk.first === 0) {
      for (let c = worker; c < k; c += workers) {
        sums.fill(0, c * dim, (c + 1) * dim);
        counts[c] = 0;
      }
    }
    for (let row = 0; row < chunk.count; row += 1) {
      const cluster = clusters[chunk.first + row]!;
      if (cluster % workers !== worker) continue;
      counts[cluster]! += 1;
      const from = row * dim;
      const to = cluster * dim;
      for (let d = 0; d < dim; d += 1) sums[to + d]! += chunk.rows[from + d]!;
    }
  }
}
