import type { CrossEntropySpec, LossSpec, PackedBatch } from '../types.ts';

/** Whether views of one image are the positives of a loss, so that it needs no classes. */
export function isByImage(spec: LossSpec | CrossEntropySpec): boolean {
  if (spec.name === 'cross-entropy') return false;
  return spec.name === 'infonce' || spec.positives === 'image';
}

/**
 * What a loss takes for the classes of a batch's rows: their classes, or the number of their image where the
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
