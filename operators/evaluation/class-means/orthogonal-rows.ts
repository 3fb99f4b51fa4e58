import { setImmediate } from 'node:timers/promises';

/** Rotations of all pairs until this many times; it takes some ten. */
const mostSweeps = 60;

/**
 * One-sided Jacobi: rotates the rows of a matrix in place until all pairs are orthogonal. They are then the singular
 * values times the right singular vectors.
 *
 * Rows no longer than `least` of the longest are left as they are: they hold rounding, and nothing can be orthogonal to it.
 *
 * @param matrix `[rows, width]` float64. Of more columns than `compared` the rest is rotated along.
 * @param compared Columns that the products are over.
 * @throws The reason of `signal`, when it aborts first.
 * @see Hestenes, Inversion of matrices by biorthogonalization, 1958.
 */
export async function orthogonaliseRows(
  matrix: Float64Array,
  { rows, compared, least }: { rows: number; compared: number; least: number },
  signal?: AbortSignal,
): Promise<void> {
  const width = matrix.length / rows;
  const squareOf = (row: number): number => dot(matrix, row * width, row * width, compared);
  const squares = new Float64Array(rows);
  // Cosine at which two rows count as orthogonal: the rounding of a product.
  const orthogonal = Math.max(4, Math.sqrt(compared)) * Number.EPSILON;
  for (let sweep = 0; sweep < mostSweeps; sweep += 1) {
    for (let row = 0; row < rows; row += 1) squares[row] = squareOf(row);
    const shortest = least * least * squares.reduce((most, one) => Math.max(most, one), 0);
    let rotated = false;
    for (let p = 0; p < rows - 1; p += 1) {
      if (p % 64 === 0) await setImmediate();
      signal?.throwIfAborted();
      for (let q = p + 1; q < rows; q += 1) {
        if (!(squares[p]! > shortest && squares[q]! > shortest)) continue;
        const product = dot(matrix, p * width, q * width, compared);
        if (Math.abs(product) <= orthogonal * Math.sqrt(squares[p]! * squares[q]!)) continue;
        rotated = true;
        const angle = (squares[q]! - squares[p]!) / (2 * product);
        const tangent = (angle < 0 ? -1 : 1) / (Math.abs(angle) + Math.sqrt(1 + angle * angle));
        rotate(matrix, p * width, q * width, width, tangent);
        squares[p]! -= tangent * product;
        squares[q]! += tangent * product;
      }
    }
    if (!rotated) return;
  }
}

function dot(matrix: Float64Array, a: number, b: number, length: number): number {
  // Two sums, so that an addition need not wait for the one before.
  let even = 0;
  let odd = 0;
  let at = 0;
  for (; at + 1 < length; at += 2) {
    even += matrix[a + at]! * matrix[b + at]!;
    odd += matrix[a + at + 1]! * matrix[b + at + 1]!;
  }
  return at < length ? even + odd + matrix[a + at]! * matrix[b + at]! : even + odd;
}

function rotate(matrix: Float64Array, a: number, b: number, width: number, tangent: number): void {
  const cosine = 1 / Math.sqrt(1 + tangent * tangent);
  const sine = cosine * tangent;
  for (let at = 0; at < width; at += 1) {
    const x = matrix[a + at]!;
    const y = matrix[b + at]!;
    matrix[a + at] = cosine * x - sine * y;
    matrix[b + at] = sine * x + cosine * y;
  }
}
