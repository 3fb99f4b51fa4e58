import { size } from './layout.ts';

/**
 * Triangle filter of one axis: for each output pixel its first input pixel and the weights from there on.
 *
 * As wide as the shrinking asks for, which is antialiasing. Every output pixel gets the same number of taps, those that
 * it does not need with a weight of 0, so that the loops over them have one length and stay inside the crop.
 *
 * @param count Output pixels; those from `size` on repeat the last one.
 * @param together Output pixels whose weights lie side by side, tap by tap.
 * @param total What the weights of an output pixel add up to.
 */
export function setTaps(
  starts: usize,
  weights: usize,
  taps: i32,
  length: i32,
  count: i32,
  together: i32,
  mirrored: bool,
  total: f64,
): void {
  for (let x = 0; x < count; x++) {
    const seen = min(x, size - 1);
    const group = weights + ((usize(x / together) * taps * together) << 2);
    const to = group + (usize(x % together) << 2);
    const at = mirrored ? size - 1 - seen : seen;
    const start = setPixelTaps(at, to, usize(together) << 2, taps, length, total);
    store<i32>(starts + (usize(x) << 2), start);
  }
}

function setPixelTaps(at: i32, to: usize, step: usize, taps: i32, length: i32, total: f64): i32 {
  const scale = f64(length) / f64(size);
  const reach = max(1.0, scale);
  const centre = (f64(at) + 0.5) * scale - 0.5;
  // Pixels nearer than the reach. Rounding must not find one more than there are taps: it would weigh nothing.
  const first = max(0, i32(floor(centre - reach)) + 1);
  const end = min(min(length, first + taps), i32(ceil(centre + reach)));
  const inverse = 1.0 / reach;
  let sum = 0.0;
  for (let from = first; from < end; from++) sum += 1.0 - abs(f64(from) - centre) * inverse;
  const unit = total / sum;
  const start = min(first, length - taps);
  for (let from = start; from < start + taps; from++) {
    const inside = from >= first && from < end;
    const weight = inside ? (1.0 - abs(f64(from) - centre) * inverse) * unit : 0.0;
    store<f32>(to, f32(weight));
    to += step;
  }
  return start;
}
