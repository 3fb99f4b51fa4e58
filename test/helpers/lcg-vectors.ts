import type { VectorSet } from '../../operators/evaluation/vectors/vector-set.ts';

/** Uniform numbers in [0, 1), multiples of 2⁻²⁴, which any language makes alike (see `metrics_reference.py`). */
export function lcg(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state >>> 8) / 2 ** 24;
  };
}

/** Rows around a point for each class; label and numbers of a row are drawn one after the other. */
export function lcgRows(
  count: number,
  dim: number,
  classes: number,
  seed: number,
): { readonly rows: Float32Array; readonly labels: Int32Array } {
  const next = lcg(seed);
  const rows = new Float32Array(count * dim);
  const labels = new Int32Array(count);
  for (let row = 0; row < count; row += 1) {
    const label = Math.floor(next() * classes);
    labels[row] = label;
    for (let d = 0; d < dim; d += 1) {
      rows[row * dim + d] = next() - 0.5 + (((label + 2) * (d + 3)) % 5) / 8;
    }
  }
  return { rows, labels };
}

/** A set in memory, given in blocks of so many rows, that counts how often it is read. */
export function vectorSet(
  { rows, labels }: { readonly rows: Float32Array; readonly labels: Int32Array },
  classes: readonly string[],
  blockRows = 7,
): VectorSet & { readonly reads: () => number } {
  const count = labels.length;
  const dim = count === 0 ? 1 : rows.length / count;
  let reads = 0;
  return {
    name: 'train',
    classes,
    count,
    dim,
    labels,
    reads: () => reads,
    id: (position) => `image-${position}`,
    async *blocks() {
      reads += 1;
      for (let first = 0; first < count; first += blockRows) {
        // A copy that is spoilt afterwards, as a block is borrowed until the next one.
        const block = rows.slice(first * dim, (first + blockRows) * dim);
        yield { first, rows: block };
        block.fill(Number.NaN);
      }
    },
  };
}

/** `a`, `b`, … */
export function letters(count: number): string[] {
  return Array.from({ length: count }, (_, at) => String.fromCodePoint(97 + at));
}
