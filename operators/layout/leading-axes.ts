import { seededRandom } from '../random.ts';

/** Axes that are iterated together: the more there are beyond those asked for, the faster these settle. */
const atOnce = 12;

const mostRounds = 2000;

/** Share of the trace by which the residual of an eigenvector may differ from 0. */
const tolerance = 1e-13;

/** Eigenvectors of the largest eigenvalues. */
export interface LeadingAxes {
  /** `[axes, dim]` orthonormal; the number of each that is largest in size is positive. */
  readonly axes: Float64Array;
  /** `[axes]` eigenvalues, largest first, 0 or more. */
  readonly values: Float64Array;
}

/**
 * Leading eigenvectors of a symmetric positive semi-definite matrix by orthogonal iteration with Rayleigh–Ritz steps.
 *
 * From a fixed start, so that the result is a function of the matrix. Axes whose eigenvalues are equal within
 * 1e-13 of the trace are some orthonormal axes of their common space. It ends after 2,000 rounds at the latest.
 *
 * @param matrix `[dim, dim]` float64.
 * @param count Axes, 1 or more; those beyond `dim` are zeros.
 * @see Golub and Van Loan, Matrix Computations, 8.2.
 */
export function leadingAxes(matrix: Float64Array, dim: number, count: number): LeadingAxes {
  const width = Math.min(dim, Math.max(atOnce, count));
  const random = seededRandom('leading axes', dim);
  let basis = orthonormal(
    Float64Array.from({ length: width * dim }, () => random.normal()),
    dim,
  );
  let trace = 0;
  for (let d = 0; d < dim; d += 1) trace += matrix[d * dim + d]!;
  let values = new Float64Array(width);
  for (let round = 0; round < mostRounds; round += 1) {
    const image = product(matrix, basis, dim);
    const { rotation, values: found } = rotated(basis, image, dim);
    const [axes, images] = [turned(rotation, basis, dim), turned(rotation, image, dim)];
    values = found;
    basis = axes;
    if (residual(axes, images, found, Math.min(count, width)) <= tolerance * trace) break;
    basis = orthonormal(images, dim);
  }
  const axes = new Float64Array(count * dim);
  axes.set(basis.subarray(0, Math.min(count, width) * dim));
  for (let at = 0; at < count; at += 1) orient(axes.subarray(at * dim, (at + 1) * dim));
  const kept = Float64Array.from({ length: count }, (_, at) => Math.max(0, values[at] ?? 0));
  return { axes, values: kept };
}

/** `[width, dim]` rows of `basis` times the matrix. */
function product(
  matrix: Float64Array,
  basis: Float64Array,
  dim: number,
): Float64Array<ArrayBuffer> {
  const out = new Float64Array(basis.length);
  for (let from = 0; from < basis.length; from += dim) {
    for (let i = 0; i < dim; i += 1) {
      const row = i * dim;
      let sum = 0;
      for (let j = 0; j < dim; j += 1) sum += matrix[row + j]! * basis[from + j]!;
      out[from + i] = sum;
    }
  }
  return out;
}

/** Eigenvectors of `basis · matrix · basisᵀ`, as rows, largest eigenvalue first. */
function rotated(
  basis: Float64Array,
  image: Float64Array,
  dim: number,
): { readonly rotation: Float64Array; readonly values: Float64Array<ArrayBuffer> } {
  const width = basis.length / dim;
  const small = new Float64Array(width * width);
  for (let a = 0; a < width; a += 1) {
    for (let b = a; b < width; b += 1) {
      const value = dot(basis, a * dim, image, b * dim, dim);
      small[a * width + b] = value;
      small[b * width + a] = value;
    }
  }
  const vectors = jacobi(small, width);
  const order = Array.from({ length: width }, (_, at) => at);
  order.sort((a, b) => small[b * width + b]! - small[a * width + a]! || a - b);
  const rotation = new Float64Array(width * width);
  for (const [to, from] of order.entries()) {
    rotation.set(vectors.subarray(from * width, (from + 1) * width), to * width);
  }
  return { rotation, values: Float64Array.from(order, (from) => small[from * width + from]!) };
}

/**
 * Cyclic Jacobi rotations: the matrix becomes diagonal, its eigenvectors are returned as rows.
 *
 * @see Golub and Van Loan, Matrix Computations, 8.5.
 */
function jacobi(matrix: Float64Array, width: number): Float64Array {
  const vectors = new Float64Array(width * width);
  for (let at = 0; at < width; at += 1) vectors[at * width + at] = 1;
  for (let sweep = 0; sweep < 30; sweep += 1) {
    let turned = false;
    for (let p = 0; p < width; p += 1) {
      for (let q = p + 1; q < width; q += 1) {
        const off = matrix[p * width + q]!;
        const [a, b] = [matrix[p * width + p]!, matrix[q * width + q]!];
        if (Math.abs(off) <= 1e-17 * Math.sqrt(Math.abs(a * b))) continue;
        turned = true;
        const theta = (b - a) / (2 * off);
        const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1));
        const cosine = 1 / Math.hypot(t, 1);
        rotate(matrix, vectors, width, { p, q, cosine, sine: t * cosine });
      }
    }
    if (!turned) break;
  }
  return vectors;
}

interface Rotation {
  readonly p: number;
  readonly q: number;
  readonly cosine: number;
  readonly sine: number;
}

function rotate(
  matrix: Float64Array,
  vectors: Float64Array,
  width: number,
  { p, q, cosine, sine }: Rotation,
): void {
  const mix = (values: Float64Array, a: number, b: number): void => {
    const [x, y] = [values[a]!, values[b]!];
    values[a] = cosine * x - sine * y;
    values[b] = sine * x + cosine * y;
  };
  for (let at = 0; at < width; at += 1) mix(matrix, at * width + p, at * width + q);
  for (let at = 0; at < width; at += 1) {
    mix(matrix, p * width + at, q * width + at);
    mix(vectors, p * width + at, q * width + at);
  }
}

/** `rotation · rows`. */
function turned(
  rotation: Float64Array,
  rows: Float64Array,
  dim: number,
): Float64Array<ArrayBuffer> {
  const width = rows.length / dim;
  const out = new Float64Array(rows.length);
  for (let a = 0; a < width; a += 1) {
    for (let b = 0; b < width; b += 1) {
      const share = rotation[a * width + b]!;
      for (let d = 0; d < dim; d += 1) out[a * dim + d]! += share * rows[b * dim + d]!;
    }
  }
  return out;
}

/** Largest length of `matrix · axis − value · axis` among the first axes. */
function residual(
  axes: Float64Array,
  images: Float64Array,
  values: Float64Array,
  count: number,
): number {
  const dim = axes.length / values.length;
  let largest = 0;
  for (let at = 0; at < count; at += 1) {
    let squares = 0;
    for (let d = at * dim; d < (at + 1) * dim; d += 1) {
      squares += (images[d]! - values[at]! * axes[d]!) ** 2;
    }
    largest = Math.max(largest, Math.sqrt(squares));
  }
  return largest;
}

/** Modified Gram–Schmidt, twice; a row that depends on those before it becomes zeros. */
function orthonormal(rows: Float64Array<ArrayBuffer>, dim: number): Float64Array<ArrayBuffer> {
  for (let from = 0; from < rows.length; from += dim) {
    const before = Math.sqrt(dot(rows, from, rows, from, dim));
    for (let pass = 0; pass < 2; pass += 1) {
      for (let earlier = 0; earlier < from; earlier += dim) {
        const share = dot(rows, from, rows, earlier, dim);
        for (let d = 0; d < dim; d += 1) rows[from + d]! -= share * rows[earlier + d]!;
      }
    }
    const length = Math.sqrt(dot(rows, from, rows, from, dim));
    const scale = length > 1e-12 * before ? 1 / length : 0;
    for (let d = 0; d < dim; d += 1) rows[from + d]! *= scale;
  }
  return rows;
}

function dot(a: Float64Array, fromA: number, b: Float64Array, fromB: number, dim: number): number {
  let sum = 0;
  for (let d = 0; d < dim; d += 1) sum += a[fromA + d]! * b[fromB + d]!;
  return sum;
}

/** Gives an axis the sign by which its number of largest size is positive. */
function orient(axis: Float64Array): void {
  let largest = 0;
  for (const value of axis) if (Math.abs(value) > Math.abs(largest)) largest = value;
  if (largest < 0) for (let d = 0; d < axis.length; d += 1) axis[d]! *= -1;
}
