// Where everything lies in the kernel's memory. Nothing is ever freed: the next image is laid out over the last one.

/** Side of the views, in pixels. */
export let size: i32 = 0;
/** Bytes of one channel of one row: `size` rounded up to whole vectors of four pixels. */
export let lane: usize = 0;

/** Pending steps, 24 bytes each: kind, amount and rest. */
export let steps: usize = 0;
/** The view while it is made: for each row its reds, its greens, its blues. */
export let planes: usize = 0;
/** The view as it is handed over, red, green and blue interleaved. */
export let view: usize = 0;
/** Taps of the columns, first input pixels and weights. */
export let acrossStarts: usize = 0;
export let acrossWeights: usize = 0;
/** Taps of the rows. */
export let downStarts: usize = 0;
export let downWeights: usize = 0;
/** One row of the crop, blended from the rows of the image that an output row sees. */
export let line: usize = 0;
/** The image, 8 bits a channel. */
export let image: usize = 0;
/** Bytes of one row of the image. */
export let stride: usize = 0;
/** Taps of the blur, from the middle outwards. */
export let blurWeights: usize = 0;
/** For each position from `-radius` to `size - 1 + radius` the position that it reflects. */
export let reflected: usize = 0;
/** A row blurred down its columns, with `radius` pixels more at each end. */
export let blurLine: usize = 0;
/** Bytes of one channel of that row. */
export let blurLane: usize = 0;
/** A row blurred both ways. */
export let blurredRow: usize = 0;

export const mostSteps: i32 = 16;

/** What a load or a store of whole vectors may touch behind the end. */
const slack: u64 = 64;
/** One page less than 4 GiB, so that the end of everything is still an address. */
const mostBytes: u64 = 65535 << 16;

let free: u64 = 0;
let afterImage: u64 = 0;

/** Lays out memory for views of an image; false when it does not fit. */
export function layOutImage(views: i32, width: i32, rows: i32): bool {
  size = views;
  lane = usize((views + 3) & ~3) << 2;
  stride = usize(width) * 3;
  free = __heap_base;
  const perLane = u64(lane);
  steps = take(mostSteps * 24);
  planes = take(3 * perLane * size);
  view = take(u64(size) * size * 12);
  acrossStarts = take(perLane);
  acrossWeights = take(perLane * tapsOf(width));
  downStarts = take(perLane);
  downWeights = take(perLane * tapsOf(rows));
  line = take(u64(width) * 12);
  image = take(u64(width) * rows * 3);
  afterImage = free;
  return reserve();
}

/** Lays out memory for a blur, behind the image; false when it does not fit. */
export function layOutBlur(radius: i32): bool {
  free = afterImage;
  const ends = u64(radius) * 8;
  blurLane = lane + usize(ends) + 16;
  blurWeights = take(ends + 4);
  reflected = take(lane + ends);
  blurLine = take(3 * u64(blurLane));
  blurredRow = take(3 * u64(lane));
  return reserve();
}

/** Most input pixels that one of `size` output pixels sees, of `length`. */
export function tapsOf(length: i32): i32 {
  const reach = max(1.0, f64(length) / f64(size));
  return min(length, i32(ceil(2.0 * reach)));
}

function take(bytes: u64): usize {
  const at = free;
  free += (bytes + slack + 15) & ~15;
  return usize(at);
}

function reserve(): bool {
  if (free > mostBytes) return false;
  const pages = i32((free + 0xffff) >> 16);
  const missing = pages - memory.size();
  return missing <= 0 || memory.grow(missing) >= 0;
}
