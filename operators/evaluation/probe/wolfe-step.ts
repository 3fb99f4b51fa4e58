/** Writes the gradient at `x` and returns the value there. `x` is borrowed. */
export type Evaluate = (x: Float64Array, gradient: Float64Array) => Promise<number>;

/** A function along a line. */
export interface LinePoint {
  readonly value: number;
  /** Derivative along the line. */
  readonly slope: number;
}

/** A point with where it is. */
export interface LineStep extends LinePoint {
  readonly length: number;
}

/** c₁ of the Wolfe conditions (sufficient decrease): share of the first slope's descent that a step must keep. */
const descentShare = 1e-4;

/** c₂ of the Wolfe conditions (curvature): share of the first slope that may be left at the end of a step. */
const slopeShare = 0.9;

/** Values that differ by less, relatively, are taken for equal: sums of many terms are no more exact. */
const valueNoise = 1e-14;

const mostTries = 30;

/**
 * A step along a line of descent that meets the strong Wolfe conditions, or undefined when none is found.
 *
 * The last point that `at` was asked for is the one returned.
 *
 * @param at The function along the line.
 * @param start At length 0, with the length to try first. The slope is below 0.
 * @see Nocedal and Wright, Numerical Optimization, algorithms 3.5 and 3.6.
 */
export async function wolfeStep(
  at: (length: number) => Promise<LinePoint>,
  start: LinePoint & { readonly first: number },
): Promise<LineStep | undefined> {
  if (!(start.slope < 0)) return undefined;
  const noise = valueNoise * Math.abs(start.value);
  const descends = ({ length, value }: LineStep): boolean =>
    value <= start.value + descentShare * length * start.slope + noise;
  const flat = ({ slope }: LineStep): boolean => Math.abs(slope) <= -slopeShare * start.slope;

  // Between `low`, which descends, and `high` lies a good step, once there is a `high`.
  let low: LineStep = { length: 0, value: start.value, slope: start.slope };
  let high: LineStep | undefined;
  let length = start.first;
  for (let tries = 0; tries < mostTries; tries += 1) {
    const step = { length, ...(await at(length)) };
    if (!descends(step) || (low.length > 0 && step.value > low.value + noise)) {
      high = step;
    } else if (flat(step)) {
      return step;
    } else {
      const outward = high === undefined ? 1 : high.length - low.length;
      if (step.slope * outward >= 0) high = low;
      low = step;
    }
    if (high !== undefined && Math.abs(high.length - low.length) <= 1e-12 * low.length) {
      return undefined;
    }
    length = high === undefined ? 2 * low.length : between(low, high);
  }
  return undefined;
}

/** Minimum of the cubic through both ends, not too near to either of them. */
function between(a: LineStep, b: LineStep): number {
  const width = b.length - a.length;
  const middle = a.length + width / 2;
  const d1 = a.slope + b.slope - (3 * (a.value - b.value)) / (a.length - b.length);
  const square = d1 * d1 - a.slope * b.slope;
  if (!(square >= 0)) return middle;
  const d2 = Math.sign(width) * Math.sqrt(square);
  const share = 1 - (b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2);
  if (!Number.isFinite(share)) return middle;
  return a.length + width * Math.min(0.9, Math.max(0.1, share));
}
