import { type Interpolation, resampleFilters } from './resample-filters.ts';
import { reserveTaps, type ResizedAxis, type Taps } from './resample-taps.ts';

/**
 * Resampling kernel of one axis in PyTorch's arithmetic on tensors of floats: places and weights in float32.
 *
 * On a long axis they differ from `setTaps` in the fifth digit.
 *
 * @param total What the weights of an output pixel add up to.
 * @see PyTorch, `aten/src/ATen/native/cpu/UpSampleKernel.cpp`.
 */
export function setFloat32Taps(
  taps: Taps,
  { from: length, to, first, count }: ResizedAxis,
  total: number,
  interpolation: Exclude<Interpolation, 'nearest'>,
): void {
  const { radius: reach } = resampleFilters[interpolation];
  const weightAt = weightsInFloat32(interpolation);
  const scale = f32(length / to);
  const inverse = scale >= 1 ? f32(1 / scale) : 1;
  const radius = scale >= 1 ? f32(reach * scale) : reach;
  reserveTaps(taps, count, Math.ceil(radius) * 2 + 1);
  const { starts, counts, weights, widest } = taps;
  for (let at = 0; at < count; at += 1) {
    const centre = f32(scale * (first + at + 0.5));
    const start = Math.max(0, Math.trunc(f32(centre - radius) + 0.5));
    const end = Math.min(length, Math.trunc(f32(centre + radius) + 0.5));
    const row = at * widest;
    let sum = 0;
    for (let from = start; from < end; from += 1) {
      const weight = weightAt(f32((f32(from - centre) + 0.5) * inverse));
      weights[row + from - start] = weight;
      sum = f32(sum + weight);
    }
    for (let tap = row; tap < row + end - start; tap += 1) {
      weights[tap] = f32(weights[tap]! / sum) * total;
    }
    starts[at] = start;
    counts[at] = end - start;
  }
}

const f32 = Math.fround;

function weightsInFloat32(
  interpolation: Exclude<Interpolation, 'nearest'>,
): (distance: number) => number {
  const { radius, weight } = resampleFilters[interpolation];
  return (distance) => (Math.abs(distance) < radius ? f32(weight(distance)) : 0);
}
