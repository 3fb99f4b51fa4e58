import type { PackedBatch } from '../types.ts';
import { type CrossEntropySpec, isByImage, type LossSpec } from './loss-spec.ts';

/**
 * Labels of a batch's rows as a loss sees them: their classes, or the number of their image where the
 * views of an image are the positives. -1 for padding, and for rows of unknown class where classes count.
 *
 * @returns `[rows]` int32; the batch's own labels, not a copy, where classes count.
 */
export function lossLabels(spec: LossSpec | CrossEntropySpec, batch: PackedBatch): Int32Array {
  if (!isByImage(spec)) return batch.labels;
  const { views } = batch.shape;
  const filled = batch.samples.length * views;
  return batch.labels.map((_, row) => (row < filled ? Math.floor(row / views) : -1));
}
