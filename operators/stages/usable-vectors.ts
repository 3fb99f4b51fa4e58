import { PipelineError } from '../errors.ts';
import type { EmbeddingBatch, PlannedSample } from '../types.ts';
import { type VectorFault, vectorFault } from '../vector-fault.ts';
import type { BadEntry } from './quarantine.ts';

const layers = ['embedding', 'projection'] as const;

/** A batch without the rows that cannot be used, and the samples of those. */
export interface UsableVectors {
  readonly batch: EmbeddingBatch;
  readonly bad: readonly BadEntry[];
}

/**
 * Leaves out every sample that has a vector, on any layer, with a number that is not finite or without a direction:
 * nothing can be measured with it. A batch without one stays as it is.
 */
export function usableVectors(batch: EmbeddingBatch): UsableVectors {
  const { plan, samples } = batch;
  const errors = samples.map((sample, row) => errorOf(batch, sample, row));
  const bad = samples.flatMap((sample, row) => {
    const error = errors[row];
    return error === undefined ? [] : [{ sample, error }];
  });
  if (bad.length === 0) return { batch, bad };
  const kept = [...samples.keys()].filter((row) => errors[row] === undefined);
  return {
    batch: {
      plan,
      samples: kept.map((row) => samples[row]!),
      embedding: keptRows(batch.embedding, samples.length, kept),
      projection: keptRows(batch.projection, samples.length, kept),
    },
    bad,
  };
}

function errorOf(
  { samples, ...vectors }: EmbeddingBatch,
  { id }: PlannedSample,
  row: number,
): PipelineError | undefined {
  for (const layer of layers) {
    const rows = vectors[layer];
    const size = rows.length / samples.length;
    // A layer that the network does not give.
    if (size === 0) continue;
    const fault = vectorFault(rows, row * size, size);
    if (fault === undefined) continue;
    const code = fault === 'not finite' ? 'ERR_NOT_FINITE' : 'ERR_ZERO_VECTOR';
    const values = rows.subarray(row * size, (row + 1) * size);
    const what = described(values, fault);
    return new PipelineError(code, `The \`${layer}\` of \`${id}\` ${what}`, { sample: id });
  }
  return undefined;
}

function described(values: Float32Array, fault: VectorFault): string {
  if (fault === 'not finite') return `holds \`${values.find((value) => !Number.isFinite(value))}\``;
  return values.every((value) => value === 0)
    ? 'is all zeros'
    : 'is too short to have a direction: its length is below 1e-12';
}

function keptRows(rows: Float32Array, count: number, kept: readonly number[]): Float32Array {
  const size = rows.length / count;
  const result = new Float32Array(kept.length * size);
  for (const [at, row] of kept.entries()) {
    result.set(rows.subarray(row * size, (row + 1) * size), at * size);
  }
  return result;
}
