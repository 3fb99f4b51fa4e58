import type { Random } from '../random.ts';

/** Distribution of a sample: the class of interest or everything else. */
export type Side = 'target' | 'noise';

/** Parameters of two Gaussians with a shared covariance. */
export interface GaussianPairOptions {
  /** `[dim]` mean of p⁺. */
  readonly target: readonly number[];
  /** `[dim]` mean of p⁻. */
  readonly noise: readonly number[];
  /** `[dim, dim]` lower triangular with a diagonal above 0; the covariance is `factor · factorᵀ`. */
  readonly factor: readonly (readonly number[])[];
}

/** Densities p⁺ (target) and p⁻ (noise) that are known, in float64. */
export interface GaussianPair {
  readonly dim: number;
  /** J = `KL(p⁺‖p⁻) + KL(p⁻‖p⁺)` in nats: the squared Mahalanobis distance of the means. */
  readonly divergence: number;
  /** `log r(x) = log p⁺(x) − log p⁻(x)`, as the linear function of x that it is. */
  readonly logRatio: (x: ArrayLike<number>) => number;
  /** `log p⁺(x)` or `log p⁻(x)`, normalisation included. */
  readonly logDensity: (side: Side, x: ArrayLike<number>) => number;
  /** One sample, in `into` when given. */
  readonly draw: (side: Side, random: Random, into?: Float64Array) => Float64Array;
}

/**
 * Two classes whose density ratio is known exactly.
 *
 * With one covariance `log r(x) = w · (x − (μ⁺ + μ⁻) / 2)`, `w = covariance⁻¹ (μ⁺ − μ⁻)`, which is
 * normal with mean `J / 2` under p⁺, `−J / 2` under p⁻, and variance `J` under both. `logRatio` and
 * `logDensity` are computed in different ways, so that one can be checked by the other.
 *
 * @throws {RangeError} When the sizes disagree or the factor is not as described.
 */
export function gaussianPair({ target, noise, factor }: GaussianPairOptions): GaussianPair {
  const dim = target.length;
  checkSizes(dim, noise, factor);
  const means = { target, noise };
  const step = target.map((value, axis) => value - noise[axis]!);
  const whitened = solveLower(factor, step);
  const slope = solveUpper(factor, whitened);
  const middle = target.map((value, axis) => (value + noise[axis]!) / 2);
  const offset = dot(slope, middle);
  const logScale = factor.reduce((sum, row, axis) => sum + Math.log(row[axis]!), 0);
  const logConstant = -logScale - (dim / 2) * Math.log(2 * Math.PI);
  const standard = new Float64Array(dim);

  return {
    dim,
    divergence: dot(whitened, whitened),
    logRatio: (x) => dot(slope, x) - offset,
    logDensity(side, x) {
      const distance = solveLower(
        factor,
        means[side].map((mean, axis) => x[axis]! - mean),
      );
      return logConstant - dot(distance, distance) / 2;
    },
    draw(side, random, into = new Float64Array(dim)) {
      const mean = means[side];
      for (let axis = 0; axis < dim; axis += 1) standard[axis] = random.normal();
      for (let axis = 0; axis < dim; axis += 1) {
        const row = factor[axis]!;
        let value = mean[axis]!;
        for (let other = 0; other <= axis; other += 1) value += row[other]! * standard[other]!;
        into[axis] = value;
      }
      return into;
    },
  };
}

/**
 * The pair on a line that is J apart: p⁻ is the standard normal, p⁺ the same around `√J`.
 *
 * Every other pair with this J has the same distribution of `log r`.
 *
 * @param divergence J in nats, 0 or more.
 */
export function linePair(divergence: number): GaussianPair {
  if (!(divergence >= 0)) {
    throw new RangeError(`Expected \`divergence\` to be at least 0, got \`${divergence}\``);
  }
  return gaussianPair({ target: [Math.sqrt(divergence)], noise: [0], factor: [[1]] });
}

function checkSizes(
  dim: number,
  noise: readonly number[],
  factor: GaussianPairOptions['factor'],
): void {
  if (noise.length !== dim || factor.length !== dim || factor.some((row) => row.length !== dim)) {
    throw new RangeError(
      `Expected \`noise\` and \`factor\` to have the size \`${dim}\` of \`target\`, got ` +
        `\`${noise.length}\` and \`[${factor.length}, ${factor[0]?.length ?? 0}]\``,
    );
  }
  const good = factor.every(
    (row, axis) => row[axis]! > 0 && row.slice(axis + 1).every((x) => x === 0),
  );
  if (!good) {
    throw new RangeError(
      `Expected \`factor\` to be lower triangular with a diagonal above 0, got \`${JSON.stringify(factor)}\``,
    );
  }
}

function dot(a: readonly number[], b: ArrayLike<number>): number {
  let sum = 0;
  for (let axis = 0; axis < a.length; axis += 1) sum += a[axis]! * b[axis]!;
  return sum;
}

/** `factor⁻¹ · right`. */
function solveLower(factor: GaussianPairOptions['factor'], right: readonly number[]): number[] {
  const solution: number[] = [];
  for (const [axis, row] of factor.entries()) {
    solution.push((right[axis]! - dot(solution, row)) / row[axis]!);
  }
  return solution;
}

/** `factor⁻ᵀ · right`. */
function solveUpper(factor: GaussianPairOptions['factor'], right: readonly number[]): number[] {
  const solution = right.map(() => 0);
  for (let axis = right.length - 1; axis >= 0; axis -= 1) {
    let rest = right[axis]!;
    for (let below = axis + 1; below < right.length; below += 1) {
      rest -= factor[below]![axis]! * solution[below]!;
    }
    solution[axis] = rest / factor[axis]![axis]!;
  }
  return solution;
}
