import type { EmbeddingCurve } from './embedding-curve.ts';

/** Squared distances of the table: from 2⁻²⁴ up to 2²⁴, 128 places for each doubling. */
const [lowest, highest, fineness] = [-24, 24, 128];

/** A function of a squared distance, by interpolation in a table. */
export type ForceTable = (squared: number) => number;

/** The two forces of a layout, as factors of the difference of two points. */
export interface Forces {
  /** Pull along an edge, 0 or less: `−2ab d^(2(b−1)) / (1 + a d^(2b))`. */
  readonly attraction: ForceTable;
  /** Push between any two points, above 0: `2b / ((0.001 + d²)(1 + a d^(2b)))`. */
  readonly repulsion: ForceTable;
}

/**
 * Forces of the layout in tables, because powers are most of the time that it takes. Relative error below 1e-4.
 *
 * @see McInnes, Healy and Melville, arXiv:1802.03426, section 3.2: gradients of the cross entropy.
 */
export function forces({ a, b }: EmbeddingCurve): Forces {
  return {
    attraction: tabled((d2) => (-2 * a * b * d2 ** (b - 1)) / (1 + a * d2 ** b)),
    repulsion: tabled((d2) => (2 * b) / ((0.001 + d2) * (1 + a * d2 ** b))),
  };
}

/** Linear between places that are equally far apart within each doubling; constant beyond both ends. */
function tabled(exact: (squared: number) => number): ForceTable {
  const places = (highest - lowest) * fineness;
  const table = Float64Array.from({ length: places + 2 }, (_, at) => {
    const doubling = Math.floor(at / fineness);
    return exact(2 ** (lowest + doubling) * (1 + (at % fineness) / fineness));
  });
  // The bits of a float32 above 0 count up with it: exponent first, then the place within the doubling.
  const float = new Float32Array(1);
  const bits = new Int32Array(float.buffer);
  const below = 23 - Math.log2(fineness);
  const first = ((127 + lowest) << 23) >> below;
  const scale = 2 ** -below;
  const mask = 2 ** below - 1;
  return (squared) => {
    float[0] = squared;
    const pattern = bits[0]!;
    const at = (pattern >> below) - first;
    if (at < 0) return table[0]!;
    if (at > places) return table[places]!;
    const share = (pattern & mask) * scale;
    return table[at]! + share * (table[at + 1]! - table[at]!);
  };
}
