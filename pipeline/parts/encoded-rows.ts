import type { EmbeddingLayer } from '../../operators/evaluation/vectors/unit-vectors.ts';
import type { EmbeddingBatch } from '../../operators/types.ts';

/** Rows of a set that is being encoded. */
export interface EncodedRowsOfSet {
  readonly ids: readonly string[];
  /** Class of each row, -1 when unknown. */
  readonly labels: readonly number[];
  /** Takes the rows of a batch, of images that were not there before. */
  readonly add: (batch: EmbeddingBatch) => void;
  /** `[rows, …]` of a layer that is kept: a view that is good until the next `add`. */
  readonly rowsOf: (layer: EmbeddingLayer) => Float32Array;
}

/** Gathers rows, each in its place at once: what a batch held is free when it is added. */
export function encodedRows(count: number, layers: readonly EmbeddingLayer[]): EncodedRowsOfSet {
  const ids: string[] = [];
  const labels: number[] = [];
  const kept = new Map<EmbeddingLayer, { readonly rows: Float32Array; readonly dim: number }>();
  return {
    ids,
    labels,
    add({ samples, ...batch }) {
      if (samples.length === 0) return;
      for (const layer of layers) {
        const dim = batch[layer].length / samples.length;
        const { rows } = kept.get(layer) ?? { rows: new Float32Array(count * dim) };
        kept.set(layer, { rows, dim });
        rows.set(batch[layer], ids.length * dim);
      }
      for (const { id, label } of samples) {
        ids.push(id);
        labels.push(label ?? -1);
      }
    },
    rowsOf(layer) {
      if (!layers.includes(layer)) throw new TypeError(`Expected \`${layer}\` to be kept`);
      const { rows, dim } = kept.get(layer) ?? { rows: new Float32Array(0), dim: 0 };
      return rows.subarray(0, ids.length * dim);
    },
  };
}
