import { sincereLoss } from '../loss/sincere-loss.ts';
import { supconLoss } from '../loss/supcon-loss.ts';
import type { Random } from '../random.ts';
import type { CheckContext } from './check-context.ts';
import { plainLoss } from './plain-loss.ts';
import {
  type LabelledPoints,
  simplexCosine,
  simplexLoss,
  type SimplexLoss,
  simplexPoints,
} from './simplex.ts';
import { simplexDescent, type TensorLoss } from './simplex-descent.ts';
import { type TheoryFinding, theoryRow, type TheoryRow } from './theory-row.ts';

/** Just enough dimensions for a simplex of the classes. */
const batch = { classes: 4, perClass: 4, dim: 3 };
const temperature = 0.5;
const setting = `C ${batch.classes}, ${batch.perClass} a class, temperature ${temperature}`;

const tensorLosses: Readonly<Record<SimplexLoss, TensorLoss>> = {
  sincere: sincereLoss,
  supcon: supconLoss,
};
const names: Readonly<Record<SimplexLoss, string>> = { sincere: 'SINCERE', supcon: 'SupCon' };

/** Random placements that are tried for one below the closed form. */
const placements = 300;

/**
 * Checks of the closed-form minimum: it is the loss at an exact simplex, and no placement is below
 * it.
 */
export async function simplexChecks(
  context: CheckContext,
  loss: SimplexLoss,
): Promise<readonly TheoryRow[]> {
  const random = context.random('placements', loss);
  const expected = simplexLoss(loss, batch, temperature);
  const atSimplex = plainLoss(loss, simplexPoints(batch), temperature);
  let lowest = Infinity;
  for (let at = 0; at < placements; at += 1) {
    if (at % 10 === 0) await context.pause();
    // From near the simplex to anywhere.
    const spread = 10 ** (5 * random.uniform() - 4);
    lowest = Math.min(
      lowest,
      plainLoss(loss, scattered(simplexPoints(batch), spread, random), temperature),
    );
  }
  // Some hundred roundings in float64.
  const shared = { setting: `${names[loss]}, ${setting}`, expected, tolerance: 1e-12 };
  const findings: TheoryFinding[] = [
    { ...shared, check: 'simplex_value', measured: atSimplex, relation: 'equals' },
    { ...shared, check: 'simplex_minimum', measured: lowest, relation: 'at_least' },
  ];
  return findings.map(theoryRow);
}

/**
 * Checks of convergence: gradient descent with the loss that trains, from random places, ends at
 * the simplex.
 */
export async function descentChecks(
  context: CheckContext,
  loss: SimplexLoss,
): Promise<readonly TheoryRow[]> {
  const found = await simplexDescent(
    tensorLosses[loss],
    { ...batch, temperature, steps: 200, learningRate: 3, pause: context.pause },
    context.random('descent', loss),
  );
  const { between, within } = classCosines(found);
  const shared = { setting: `${names[loss]}, ${setting}`, relation: 'equals' } as const;
  const findings: TheoryFinding[] = [
    {
      ...shared,
      check: 'descent_loss',
      measured: found.loss,
      expected: simplexLoss(loss, batch, temperature),
      // float32: similarities up to 2 and sums of a dozen exponentials, rounded to 6e-8 of their size.
      tolerance: 2e-6,
    },
    {
      ...shared,
      check: 'descent_between',
      measured: between,
      expected: simplexCosine(batch.classes),
      // The descent stops moving where float32 gradients are rounded to 0, about 1e-7 from the end.
      tolerance: 1e-5,
    },
    { ...shared, check: 'descent_within', measured: within, expected: 1, tolerance: 1e-5 },
  ];
  return findings.map(theoryRow);
}

/** The mean cosine between rows of different classes, and the smallest within a class. */
function classCosines({ rows, labels }: LabelledPoints): {
  readonly between: number;
  readonly within: number;
} {
  const between: number[] = [];
  const within: number[] = [];
  for (const [i, a] of rows.entries()) {
    for (const [j, b] of rows.slice(0, i).entries()) {
      const cosine = a.reduce((sum, value, axis) => sum + value * b[axis]!, 0);
      (labels[i] === labels[j] ? within : between).push(cosine);
    }
  }
  const mean = between.reduce((sum, value) => sum + value, 0) / between.length;
  return { between: mean, within: Math.min(...within) };
}

function scattered(
  { rows, labels }: LabelledPoints,
  spread: number,
  random: Random,
): LabelledPoints {
  const moved = rows.map((row) => row.map((value) => value + spread * random.normal()));
  return {
    labels,
    rows: moved.map((row) => {
      const length = Math.hypot(...row);
      return row.map((value) => value / length);
    }),
  };
}
