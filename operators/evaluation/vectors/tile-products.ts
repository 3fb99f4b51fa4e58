/** Rows of some matrix by where they start. */
export interface RowTile {
  /** Float32 numbers of all rows. */
  readonly rows: Float32Array;
  /** Offset of each row of the tile in `rows`, and perhaps more behind them. */
  readonly starts: Int32Array;
  /** Rows of the tile, 1 or more. */
  readonly count: number;
  /** Numbers of a row. */
  readonly dim: number;
}

/** Rows of a tile: what it reads stays in the second-level cache up to some thousand numbers a row. */
export const tileRows = 32;

/** Products are computed for pairs of classes; with an odd number of them the last one has a twin. */
export function evenWidth(classes: number): number {
  return classes + (classes % 2);
}

/**
 * `out[r, c] = Σ_d rows[r, d] · weights[c, d]`, float64, summed in the order of the dimensions whatever the tile.
 *
 * @param weights `[width, dim]` float64.
 * @param width Even.
 * @param out `[count, width]`, with room for one row more when `count` is odd.
 */
export function tileProducts(
  tile: RowTile,
  weights: Float64Array,
  width: number,
  out: Float64Array,
): void {
  const { rows, starts, count, dim } = tile;
  const fours = width - (width % 4);
  for (let row = 0; row < count; row += 2) {
    const a = starts[row]!;
    const b = row + 1 < count ? starts[row + 1]! : a;
    const to = row * width;
    for (let c = 0; c < fours; c += 4) {
      twoByFour(rows, a, b, weights, c * dim, dim, out, to + c, to + width + c);
    }
    if (fours < width) {
      twoByTwo(rows, a, b, weights, fours * dim, dim, out, to + fours, to + width + fours);
    }
  }
}

/** Register blocking: eight sums and what they are made of fit into the registers of a core; sixteen would not. */
function twoByFour(
  rows: Float32Array,
  a: number,
  b: number,
  weights: Float64Array,
  start: number,
  dim: number,
  out: Float64Array,
  toA: number,
  toB: number,
): void {
  const [w1, w2, w3] = [start + dim, start + 2 * dim, start + 3 * dim];
  let [a0, a1, a2, a3] = [0, 0, 0, 0];
  let [b0, b1, b2, b3] = [0, 0, 0, 0];
  for (let d = 0; d < dim; d += 1) {
    const x = rows[a + d]!;
    const y = rows[b + d]!;
    let w = weights[start + d]!;
    a0 += x * w;
    b0 += y * w;
    w = weights[w1 + d]!;
    a1 += x * w;
    b1 += y * w;
    w = weights[w2 + d]!;
    a2 += x * w;
    b2 += y * w;
    w = weights[w3 + d]!;
    a3 += x * w;
    b3 += y * w;
  }
  out[toA] = a0;
  out[toA + 1] = a1;
  out[toA + 2] = a2;
  out[toA + 3] = a3;
  out[toB] = b0;
  out[toB + 1] = b1;
  out[toB + 2] = b2;
  out[toB + 3] = b3;
}

function twoByTwo(
  rows: Float32Array,
  a: number,
  b: number,
  weights: Float64Array,
  start: number,
  dim: number,
  out: Float64Array,
  toA: number,
  toB: number,
): void {
  let [a0, a1, b0, b1] = [0, 0, 0, 0];
  for (let d = 0; d < dim; d += 1) {
    const x = rows[a + d]!;
    const y = rows[b + d]!;
    let w = weights[start + d]!;
    a0 += x * w;
    b0 += y * w;
    w = weights[start + dim + d]!;
    a1 += x * w;
    b1 += y * w;
  }
  out[toA] = a0;
  out[toA + 1] = a1;
  out[toB] = b0;
  out[toB + 1] = b1;
}

/**
 * `sums[c, d] += Σ_r shares[r, c] · rows[r, d]`, float64, summed in the order of the rows whatever the tile.
 *
 * @param shares `[count, width]` float64.
 * @param width Even.
 * @param sums `[width, dim]` float64.
 */
export function addTileOuter(
  tile: RowTile,
  shares: Float64Array,
  width: number,
  sums: Float64Array,
): void {
  const { dim } = tile;
  const fours = dim - (dim % 4);
  for (let c = 0; c < width; c += 2) {
    for (let d = 0; d < fours; d += 4) outerTwoByFour(tile, shares, width, c, d, sums);
    for (let d = fours; d < dim; d += 1) outerTwoByOne(tile, shares, width, c, d, sums);
  }
}

function outerTwoByFour(
  { rows, starts, count, dim }: RowTile,
  shares: Float64Array,
  width: number,
  c: number,
  d: number,
  sums: Float64Array,
): void {
  const a = c * dim + d;
  const b = a + dim;
  let a0 = sums[a]!;
  let a1 = sums[a + 1]!;
  let a2 = sums[a + 2]!;
  let a3 = sums[a + 3]!;
  let b0 = sums[b]!;
  let b1 = sums[b + 1]!;
  let b2 = sums[b + 2]!;
  let b3 = sums[b + 3]!;
  for (let row = 0, p = c; row < count; row += 1, p += width) {
    const start = starts[row]! + d;
    const v = shares[p]!;
    const w = shares[p + 1]!;
    let x = rows[start]!;
    a0 += v * x;
    b0 += w * x;
    x = rows[start + 1]!;
    a1 += v * x;
    b1 += w * x;
    x = rows[start + 2]!;
    a2 += v * x;
    b2 += w * x;
    x = rows[start + 3]!;
    a3 += v * x;
    b3 += w * x;
  }
  sums[a] = a0;
  sums[a + 1] = a1;
  sums[a + 2] = a2;
  sums[a + 3] = a3;
  sums[b] = b0;
  sums[b + 1] = b1;
  sums[b + 2] = b2;
  sums[b + 3] = b3;
}

function outerTwoByOne(
  { rows, starts, count, dim }: RowTile,
  shares: Float64Array,
  width: number,
  c: number,
  d: number,
  sums: Float64Array,
): void {
  let a = sums[c * dim + d]!;
  let b = sums[(c + 1) * dim + d]!;
  for (let row = 0, p = c; row < count; row += 1, p += width) {
    const x = rows[starts[row]! + d]!;
    a += shares[p]! * x;
    b += shares[p + 1]! * x;
  }
  sums[c * dim + d] = a;
  sums[(c + 1) * dim + d] = b;
}
