import { wolfeStep, type Evaluate } from './wolfe-step.ts';

/** Stopping criteria of L-BFGS. */
export interface LbfgsOptions {
  /** Largest entry of the gradient at which it has converged, above 0. */
  readonly tolerance: number;
  /** Iterations at most, 1 or more. */
  readonly iterations: number;
  /** Progress callback after every iteration. */
  readonly onIteration?: ((done: number, value: number) => void) | undefined;
}

/** End of a minimisation. */
export interface LbfgsResult {
  readonly value: number;
  /** Largest entry of the gradient. */
  readonly gradient: number;
  readonly iterations: number;
  readonly converged: boolean;
}

/** History size: steps that the inverse Hessian is approximated from. */
const memory = 10;

/**
 * Minimises a smooth function from `x`, which becomes the minimum, by L-BFGS with steps that meet the strong
 * Wolfe conditions.
 *
 * It ends without having converged after `iterations`, or where rounding leaves no step that descends.
 *
 * Memory: 24 arrays as long as `x`.
 *
 * @param evaluate Writes the gradient at a point and returns the value there.
 * @see Nocedal and Wright, Numerical Optimization, algorithms 7.4 and 7.5.
 */
export async function lbfgs(
  evaluate: Evaluate,
  x: Float64Array,
  { tolerance, iterations, onIteration }: LbfgsOptions,
): Promise<LbfgsResult> {
  let gradient = new Float64Array(x.length);
  let nextGradient = new Float64Array(x.length);
  const direction = new Float64Array(x.length);
  const at = new Float64Array(x.length);
  const pairs: CurvaturePair[] = [];
  let value = await evaluate(x, gradient);
  let done = 0;
  while (largest(gradient) > tolerance && done < iterations) {
    descend(direction, gradient, pairs);
    const first = pairs.length === 0 ? Math.min(1, 1 / norm(gradient)) : 1;
    const slope = dot(direction, gradient);
    const step = await wolfeStep(
      async (length) => {
        for (let i = 0; i < x.length; i += 1) at[i] = x[i]! + length * direction[i]!;
        const value = await evaluate(at, nextGradient);
        return { value, slope: dot(direction, nextGradient) };
      },
      { value, slope, first },
    );
    if (step === undefined) {
      // What is remembered may mislead: once more along the gradient itself, then rounding is what is left.
      if (pairs.length === 0) break;
      pairs.length = 0;
      continue;
    }
    remember(pairs, at, x, nextGradient, gradient);
    x.set(at);
    [gradient, nextGradient] = [nextGradient, gradient];
    value = step.value;
    done += 1;
    onIteration?.(done, value);
  }
  const end = largest(gradient);
  return { value, gradient: end, iterations: done, converged: end <= tolerance };
}

interface CurvaturePair {
  /** Difference of two points. */
  readonly s: Float64Array;
  /** Difference of their gradients. */
  readonly y: Float64Array;
  sy: number;
}

/** `direction = −H gradient` by the two-loop recursion. */
function descend(
  direction: Float64Array,
  gradient: Float64Array,
  pairs: readonly CurvaturePair[],
): void {
  for (let i = 0; i < direction.length; i += 1) direction[i] = -gradient[i]!;
  const alphas = new Float64Array(pairs.length);
  for (let at = pairs.length - 1; at >= 0; at -= 1) {
    const { s, y, sy } = pairs[at]!;
    alphas[at] = dot(s, direction) / sy;
    add(direction, -alphas[at]!, y);
  }
  const last = pairs.at(-1);
  if (last !== undefined) {
    const scale = last.sy / dot(last.y, last.y);
    for (let i = 0; i < direction.length; i += 1) direction[i]! *= scale;
  }
  for (const [at, { s, y, sy }] of pairs.entries()) {
    add(direction, alphas[at]! - dot(y, direction) / sy, s);
  }
}

/** Keeps the latest step in place of the oldest. A step without curvature, as rounding may leave, is not kept. */
function remember(
  pairs: CurvaturePair[],
  point: Float64Array,
  before: Float64Array,
  gradient: Float64Array,
  gradientBefore: Float64Array,
): void {
  const pair =
    pairs.length < memory
      ? { s: new Float64Array(point.length), y: new Float64Array(point.length), sy: 0 }
      : pairs.shift()!;
  for (let i = 0; i < point.length; i += 1) {
    pair.s[i] = point[i]! - before[i]!;
    pair.y[i] = gradient[i]! - gradientBefore[i]!;
  }
  pair.sy = dot(pair.s, pair.y);
  if (pair.sy > 0) pairs.push(pair);
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += a[i]! * b[i]!;
  return sum;
}

function add(to: Float64Array, scale: number, values: Float64Array): void {
  for (let i = 0; i < to.length; i += 1) to[i]! += scale * values[i]!;
}

function norm(values: Float64Array): number {
  return Math.sqrt(dot(values, values));
}

function largest(values: Float64Array): number {
  let most = 0;
  for (let i = 0; i < values.length; i += 1) most = Math.max(most, Math.abs(values[i]!));
  return most;
}
