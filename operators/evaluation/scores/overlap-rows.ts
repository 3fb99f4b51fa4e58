import type { OverlapNumbers, SharedImages } from '../overlap/set-overlap.ts';
import type { EmbeddingLayer } from '../vectors/unit-vectors.ts';
import type { EvaluationRow } from './evaluation-rows.ts';

/** Metrics of the overlap of the test images with the training images: shares, without a value where nothing is known. */
export function overlapRows(
  { content, vector }: OverlapNumbers,
  layer: EmbeddingLayer,
): EvaluationRow[] {
  const row = (metric: string, { images, of }: SharedImages): EvaluationRow => ({
    metric,
    class: null,
    layer,
    value: of === 0 ? null : images / of,
    ciLow: null,
    ciHigh: null,
    n: of,
  });
  return [row('overlap', content), row('vector_overlap', vector)];
}
