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

/**
 * The same with a pattern in the colour and in the waves of each class, and a brightness of each row, so that
 * projections differ as those of real images do. White noise looks all alike to an untrained network, and
 * gradients of rows that are all alike cancel until only rounding is left.
 */
export function patternedBatch(shape: BatchShape, seq: number, classes = 10): PackedBatch {
  const batch = packedBatch(shape, seq, classes);
  const { imageSize } = shape;
  const values = imageSize * imageSize * 3;
  for (const [row, label] of batch.labels.entries()) {
    const pixels = batch.pixels.subarray(row * values, (row + 1) * values);
    const brightness = 0.7 * Math.sin(12.9898 * row);
    for (const [at, noise] of pixels.entries()) {
      const x = Math.floor(at / 3) % imageSize;
      const colour = Math.sin(3 * label + 2 * (at % 3));
      const wave = Math.sin(0.4 * x * (1 + (label % 4))) * Math.cos(label);
      pixels[at] = 0.5 * noise + colour + wave + brightness;
    }
  }
  return batch;
}
