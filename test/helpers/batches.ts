import type { BatchShape, PackedBatch } from '../../operators/types.ts';
import { normalValues } from './tensors.ts';

/** A batch of random pixels whose images take classes 0, 1, 2, 0, 1, 2, …. */
export function packedBatch(shape: BatchShape, seq: number, classes = 3): PackedBatch {
  const rows = shape.images * shape.views;
  const samples = Array.from({ length: shape.images }, (_, position) => ({
    id: `image-${position}`,
    label: position % classes,
    position,
    draw: 0,
  }));
  return {
    plan: { seq, epoch: 0, samples },
    shape,
    samples,
    pixels: normalValues(rows * shape.imageSize ** 2 * 3, 'batch', seq),
    labels: Int32Array.from({ length: rows }, (_, row) => Math.floor(row / shape.views) % classes),
  };
}
