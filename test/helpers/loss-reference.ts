import type { LossReadouts } from '../../operators/loss/readouts.ts';
import type { LossName } from '../../operators/loss/losses.ts';

/** Rows of numbers, all of one length. */
export type Rows = readonly (readonly number[])[];

/** A loss in float64, by plain loops over pairs. */
export interface LossReference {
  /** NaN without an anchor. */
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

/** Which positives, negatives and anchors a loss has, beyond class labels. */
export interface ReferencePairs {
  /** Whether row j is a positive of row i. By default: another row of the same known class. */
  readonly isPositive?: (i: number, j: number) => boolean;
  /** Whether row i is an anchor. By default all are. */
  readonly isAnchor?: (i: number) => boolean;
  /** Of ε-SupInfoNCE. */
  readonly epsilon?: number;
}

/** The losses that differ by their formula; InfoNCE is SINCERE with other labels. */
export type FormulaName = Exclude<LossName, 'infonce'>;

/**
 * A loss by its definition: mean over anchors with a positive of the mean over positives of
 * `log(∑ exp(s)) − sᵢₚ`, the sum over the positive and the negatives (made smaller by ε, or left out, for the
 * positive), or over all other rows. A sum over nothing makes the anchor count 0.
 */
export function lossReference(
  name: FormulaName,
  rows: Rows,
  labels: readonly number[],
  temperature: number,
  { isPositive, isAnchor = () => true, epsilon = 0.25 }: ReferencePairs = {},
): LossReference {
  const n = rows.length;
  const all = rows.map((_, index) => index);
  const known = all.filter((i) => labels[i]! >= 0);
  const s = rows.map((a) => rows.map((b) => dot(a, b) / temperature));
  const belong = isPositive ?? ((i: number, j: number): boolean => labels[j] === labels[i]);
  const positivesOf = (i: number): number[] => known.filter((j) => j !== i && belong(i, j));
  const negativesOf = (i: number): number[] => known.filter((j) => j !== i && !belong(i, j));
  const candidates = known.filter((i) => isAnchor(i));
  const anchors = candidates.filter((i) => positivesOf(i).length > 0);

  const G = rows.map(() => Array.from({ length: n }, () => 0));
  let value = anchors.length === 0 ? Number.NaN : 0;
  let pairs = 0;
  let repelled = 0;
  for (const i of anchors) {
    const positives = positivesOf(i);
    const negatives = negativesOf(i);
    const others = [...positives, ...negatives];
    const weight = 1 / (anchors.length * positives.length);
    for (const p of positives) {
      const terms = {
        sincere: [p, ...negatives],
        'eps-sup-infonce': [p, ...negatives],
        supcon: others,
        dcl: negatives,
      }[name];
      const logit = (j: number): number =>
        s[i]![j]! - (name === 'eps-sup-infonce' && j === p ? epsilon : 0);
      if (terms.length > 0) {
        const total = logSumExp(terms.map(logit));
        value += weight * (total - s[i]![p]!);
        for (const j of terms) G[i]![j]! += weight * Math.exp(logit(j) - total);
        G[i]![p]! -= weight;
      }
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
  const right = known.filter((i) => {
    const own = positivesOf(i).map((j) => s[i]![j]!);
    return own.length > 0 && Math.max(...own) > Math.max(...negativesOf(i).map((j) => s[i]![j]!));
  });
  return {
    value,
    similarityGradient: G,
    gradient,
    repelledShare: repelled / pairs,
    anchorsWithoutPositive: candidates.length - anchors.length,
    nearestAccuracy: right.length / known.length,
  };
}

/** Every read-out of a training step in float64, by its definition; all rows are anchors. */
export function readoutReference(
  name: FormulaName,
  rows: Rows,
  labels: readonly number[],
  temperature: number,
): LossReadouts {
  const known = rows.flatMap((row, i) => (labels[i]! >= 0 ? [{ row, label: labels[i]! }] : []));
  const pairs = known.flatMap((a, i) =>
    known.flatMap((b, j) => (i === j ? [] : [[a, b] as const])),
  );
  const squared = (a: readonly number[], b: readonly number[]): number => 2 - 2 * dot(a, b);
  const positives = pairs.filter(([a, b]) => a.label === b.label);
  const loss = (which: FormulaName): LossReference =>
    lossReference(which, rows, labels, temperature);
  const [sincere, supcon] = [loss('sincere').value, loss('supcon')];

  const size = rows[0]!.length;
  const mean = Array.from({ length: size }, (_, d) => average(known.map(({ row }) => row[d]!)));
  const covariance = mean.map((_, a) =>
    mean.map((_, b) =>
      average(known.map(({ row }) => (row[a]! - mean[a]!) * (row[b]! - mean[b]!))),
    ),
  );
  const trace = covariance.reduce((sum, row, d) => sum + row[d]!, 0);

  const anchors = known.filter(({ label }, i) =>
    known.some((other, j) => i !== j && other.label === label),
  );
  const negatives = anchors
    .map(({ label }) => known.filter((other) => other.label !== label).length)
    .filter((count) => count > 0);
  const logNegatives = average(negatives.map(Math.log));
  const pulls = supconOnPositives(known, temperature);
  const attraction = pulls.reduce((sum, g) => sum - Math.min(g, 0), 0);
  return {
    loss: loss(name).value,
    sincere,
    supcon: supcon.value,
    repelledShare: supcon.repelledShare,
    repelledMass:
      attraction === 0 && pulls.length > 0
        ? 0
        : pulls.reduce((sum, g) => sum + Math.max(g, 0), 0) / attraction,
    batchNearestAccuracy: supcon.nearestAccuracy,
    anchorsWithoutPositive: supcon.anchorsWithoutPositive,
    alignment: average(positives.map(([a, b]) => squared(a.row, b.row))),
    uniformity: Math.log(average(pairs.map(([a, b]) => Math.exp(-2 * squared(a.row, b.row))))),
    spread: trace,
    effectiveRank: trace < 1e-5 ? 0 : trace ** 2 / frobenius(covariance) ** 2,
    informationBound: logNegatives - Math.max(sincere, 2 ** -24),
    sharpInformationBound: logNegatives - Math.log(Math.expm1(Math.max(sincere, 2 ** -24))),
  };
}

/** SupCon's `qᵢₚ − 1 / |P|` of every positive pair. */
function supconOnPositives(
  known: readonly { readonly row: readonly number[]; readonly label: number }[],
  temperature: number,
): number[] {
  return known.flatMap((anchor, i) => {
    const others = known.filter((_, j) => j !== i);
    const total = logSumExp(others.map(({ row }) => dot(anchor.row, row) / temperature));
    const own = others.filter(({ label }) => label === anchor.label);
    return own.map(
      ({ row }) => Math.exp(dot(anchor.row, row) / temperature - total) - 1 / own.length,
    );
  });
}

/** NaN of nothing. */
function average(values: readonly number[]): number {
  return values.reduce((sum, x) => sum + x, 0) / values.length;
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
