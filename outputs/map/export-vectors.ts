import type { EmbeddingLayer } from '../../operators/evaluation/vectors/unit-vectors.ts';
import { unitVectors } from '../../operators/evaluation/vectors/unit-vectors.ts';
import type { VectorSet } from '../../operators/evaluation/vectors/vector-set.ts';
import { vectorsInMemory } from '../../operators/evaluation/vectors/vectors-in-memory.ts';
import { PipelineError } from '../../operators/errors.ts';
import { permutation, seededRandom } from '../../operators/random.ts';
import { vectorFault } from '../../operators/vector-fault.ts';
import type { EmbeddingsReader } from '../embeddings/read-embeddings.ts';

/** Which vectors of an export are read. */
export interface ExportVectorsOptions {
  readonly layer: EmbeddingLayer;
  /** Maximum number of rows; of more as many are drawn by `seed`. @default all */
  readonly most?: number | undefined;
  readonly seed: number;
  readonly signal?: AbortSignal | undefined;
}

/** Vectors of an export, in memory. */
export interface ExportVectors {
  /** Of length 1. */
  readonly set: VectorSet;
  /** `[count]` row of the export of each, ascending. */
  readonly rows: Int32Array;
  /** Rows of the export. */
  readonly total: number;
  /** Rows among those drawn that are not finite or have no direction: they are left out. */
  readonly unusable: number;
}

/**
 * Unit vectors of a layer of an export, all or some by seed.
 *
 * Memory: the vectors that are drawn, and their ids.
 *
 * @returns Undefined when none of the rows can be used.
 * @throws {PipelineError} `ERR_FORMAT` when the export does not hold the layer, or a part is damaged.
 */
export async function exportVectors(
  reader: EmbeddingsReader,
  { layer, most = Infinity, seed, signal }: ExportVectorsOptions,
): Promise<ExportVectors | undefined> {
  const { path, classes, rows: total } = reader;
  const dim = reader.sizes[layer];
  if (dim === undefined) throw new PipelineError('ERR_FORMAT', `\`${path}\` holds no \`${layer}\``);
  const drawn = drawnRows(total, most, seed);
  const ids: string[] = [];
  const kept: number[] = [];
  const labels: number[] = [];
  const rows = new Float32Array(new SharedArrayBuffer(4 * drawn.length * dim));
  let [first, next] = [0, 0];
  for await (const block of reader.blocks()) {
    signal?.throwIfAborted();
    const vectors = block[layer]!;
    const end = first + block.ids.length;
    for (; next < drawn.length && drawn[next]! < end; next += 1) {
      const at = drawn[next]! - first;
      if (vectorFault(vectors, at * dim, dim) !== undefined) continue;
      rows.set(vectors.subarray(at * dim, (at + 1) * dim), kept.length * dim);
      ids.push(block.ids[at]!);
      labels.push(block.labels[at]!);
      kept.push(drawn[next]!);
    }
    first = end;
  }
  if (kept.length === 0) return undefined;
  const set = vectorsInMemory({
    name: path,
    classes,
    ids,
    labels: Int32Array.from(labels),
    dim,
    rows: rows.subarray(0, kept.length * dim),
  });
  const unusable = drawn.length - kept.length;
  return { set: unitVectors(set, layer), rows: Int32Array.from(kept), total, unusable };
}

function drawnRows(total: number, most: number, seed: number): Int32Array {
  if (total <= most) return Int32Array.from({ length: total }, (_, at) => at);
  return Int32Array.from(permutation(total, seededRandom('map', seed)).subarray(0, most)).sort();
}
