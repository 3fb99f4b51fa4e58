import type { LossName } from '../../operators/types.ts';

/** Rows of numbers, all of one length. */
export type Rows = readonly (readonly number[])[];

/** A loss in float64, by plain loops over pairs. */
export interface LossReference {
  readonly value: number;
  /** `∂L / ∂sᵢⱼ`. */
  readonly similarityGradient: Rows;
  /** `∂L / ∂zᵢ`. */
  readonly gradient: Rows;
  /** Share of (anchor, positive) pairs with `qᵢₚ > 1 / |P(i)|` in SupCon's softmax. */
  readonly repelledShare: number;
  readonly anchorsWithoutPositive: number;
  /** Share of rows whose most similar other row has their class, ties with another class wrong. */
  readonly nearestAccuracy: number;
}

/**
 * SINCERE or SupCon by the definition: mean over anchors with a positive of the mean over positives of
 * `log(∑ exp(s)) − sᵢₚ`, the sum over the positive and the negatives or over all other rows.
 */
export function lossReference(
  name: LossName,
  rows: Rows,
  labels: readonly number[],
  temperature: number,
): LossReference {
  const n = rows.length;
  const all = rows.map((_, index) => index);
  const known = all.filter((i) => labels[i]! >= 0);
  const s = rows.map((a) => rows.map((b) => dot(a, b) / temperature));
  const positivesOf = (i: number): number[] =>
    known.filter((j) => j !== i && labels[j] === labels[i]);
  const negativesOf = (i: number): number[] => known.filter((j) => labels[j] !== labels[i]);
  const anchors = known.filter((i) => positivesOf(i).length > 0);

  const G = rows.map(() => Array.from({ length: n }, () => 0));
  let value = 0;
  let pairs = 0;
  let repelled = 0;
  for (const i of anchors) {
    const positives = positivesOf(i);
    const negatives = negativesOf(i);
    const others = [...positives, ...negatives];
    const weight = 1 / (anchors.length * positives.length);
    for (const p of positives) {
      const denominator = name === 'sincere' ? [p, ...negatives] : others;
      const total = logSumExp(denominator.map((j) => s[i]![j]!));
      value += weight * (total - s[i]![p]!);
      for (const j of denominator) G[i]![j]! += weight * Math.exp(s[i]![j]! - total);
      G[i]![p]! -= weight;
      pairs += 1;
      const share = Math.exp(s[i]![p]! - logSumExp(others.map((j) => s[i]![j]!)));
      // A share equal to 1 / |P| is not repelled; the slack is for rounding in this very line.
      if (share > (1 / positives.length) * (1 + 1e-12)) repelled += 1;
    }
  }
  const gradient = rows.map((row, i) =>
    row.map((_, d) =>
      all.reduce((sum, j) => sum + ((G[i]![j]! + G[j]![i]!) * rows[j]![d]!) / temperature, 0),
    ),
  );
  const right = anchors.filter(
    (i) =>
      Math.max(...positivesOf(i).map((j) => s[i]![j]!)) >
      Math.max(...negativesOf(i).map((j) => s[i]![j]!)),
  );
  return {
    value,
    similarityGradient: G,
    gradient,
    repelledShare: pairs === 0 ? 0 : repelled / pairs,
    anchorsWithoutPositive: known.length - anchors.length,
    nearestAccuracy: known.length === 0 ? 0 : right.length / known.length,
  };
}

/** Central differences of a function of rows, in float64. */
export function finiteDifferences(value: (rows: Rows) => number, rows: Rows, step: number): Rows {
  return rows.map((row, i) =>
    row.map((_, d) => {
      const moved = (by: number): Rows =>
        rows.map((r, a) => r.map((x, b) => (a === i && b === d ? x + by : x)));
      return (value(moved(step)) - value(moved(-step))) / (2 * step);
    }),
  );
}

/** Each row divided by its length. */
export function normalised(rows: Rows): number[][] {
  return rows.map((row) => row.map((x) => x / Math.hypot(...row)));
}

/** The batch of the golden values: `zᵢ = normalise(cos(1.7 i + 0.9 d + 0.3 i d))`, i < 8, d < 4. */
export function goldenRows(): number[][] {
  return normalised(
    Array.from({ length: 8 }, (_, i) =>
      Array.from({ length: 4 }, (_, d) => Math.cos(1.7 * i + 0.9 * d + 0.3 * i * d)),
    ),
  );
}

/** Collapsed classes with cosine `−1 / (classes − 1)` to each other, where both losses are smallest. */
export function simplex(
  classes: number,
  perClass: number,
): { readonly rows: number[][]; readonly labels: number[] } {
  const labels = Array.from({ length: classes * perClass }, (_, i) => i % classes);
  const rows = labels.map((label) =>
    Array.from({ length: classes }, (_, d) => (d === label ? 1 : 0) - 1 / classes),
  );
  return { rows: normalised(rows), labels };
}

/** The part of a gradient that turns unit rows, without the part that lengthens them. */
export function tangential(gradient: Rows, rows: Rows): number[][] {
  return gradient.map((g, i) => {
    const along = dot(g, rows[i]!);
    return g.map((x, d) => x - along * rows[i]![d]!);
  });
}

export function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, x, d) => sum + x * b[d]!, 0);
}

/** Euclidean norm of all entries. */
export function frobenius(rows: Rows): number {
  return Math.hypot(...rows.flat());
}

function logSumExp(values: readonly number[]): number {
  const largest = Math.max(...values);
  return largest + Math.log(values.reduce((sum, x) => sum + Math.exp(x - largest), 0));
}
