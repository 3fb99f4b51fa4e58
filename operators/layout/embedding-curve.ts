/** Parameters of `1 / (1 + a · d^(2b))`, how near two points of a layout at distance d count. */
export interface EmbeddingCurve {
  readonly a: number;
  readonly b: number;
}

/** Points that the curve is fitted at. */
const points = 300;

/**
 * Fit of the curve to what it is smooth for: 1 up to `minDist`, `exp(minDist − d)` beyond, for d from 0 to 3.
 *
 * Least squares by Gauss–Newton steps with damping (Levenberg and Marquardt), from a = b = 1.
 *
 * @param minDist Distance within which points of a layout count as together, at least 0 and below 3.
 * @throws {RangeError} When it is not.
 * @see McInnes, Healy and Melville, arXiv:1802.03426, section 3.2 (definition 11) and its `find_ab_params`.
 */
export function embeddingCurve(minDist: number): EmbeddingCurve {
  if (!(minDist >= 0 && minDist < 3)) {
    throw new RangeError(`Expected \`minDist\` to be at least 0 and below 3, got \`${minDist}\``);
  }
  let [a, b, damping] = [1, 1, 1e-3];
  let error = squares({ a, b }, minDist).error;
  for (let round = 0; round < 200; round += 1) {
    const { aa, ab, bb, ga, gb } = squares({ a, b }, minDist);
    const [da, db] = solved(aa * (1 + damping), ab, bb * (1 + damping), ga, gb);
    const next = squares({ a: a + da, b: b + db }, minDist).error;
    if (!(next <= error)) {
      damping *= 10;
      continue;
    }
    [a, b, error, damping] = [a + da, b + db, next, damping / 10];
    if (Math.abs(da) + Math.abs(db) < 1e-12) break;
  }
  return { a, b };
}

interface NormalEquations {
  /** Sum of squares. */
  readonly error: number;
  readonly aa: number;
  readonly ab: number;
  readonly bb: number;
  readonly ga: number;
  readonly gb: number;
}

/** Sum of squares, and the normal equations of its linear model. */
function squares({ a, b }: EmbeddingCurve, minDist: number): NormalEquations {
  let [error, aa, ab, bb, ga, gb] = [0, 0, 0, 0, 0, 0];
  for (let at = 0; at < points; at += 1) {
    const d = (3 * at) / (points - 1);
    const power = d ** (2 * b);
    const value = 1 / (1 + a * power);
    const wanted = d < minDist ? 1 : Math.exp(minDist - d);
    const rest = wanted - value;
    const byA = -power * value * value;
    const byB = d === 0 ? 0 : -2 * a * power * Math.log(d) * value * value;
    error += rest * rest;
    aa += byA * byA;
    ab += byA * byB;
    bb += byB * byB;
    ga += byA * rest;
    gb += byB * rest;
  }
  return { error, aa, ab, bb, ga, gb };
}

function solved(aa: number, ab: number, bb: number, ga: number, gb: number): [number, number] {
  const determinant = aa * bb - ab * ab;
  return [(bb * ga - ab * gb) / determinant, (aa * gb - ab * ga) / determinant];
}
