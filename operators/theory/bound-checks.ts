import { type CheckContext, standardErrors } from './check-context.ts';
import { linePair } from './gaussian-pair.ts';
import { idealLoss } from './ideal-loss.ts';
import { lossBound, sharpLossBound } from './loss-bounds.ts';
import { drawnLoss } from './drawn-loss.ts';
import { type TheoryFinding, theoryRow, type TheoryRow } from './theory-row.ts';

/** Grid of J, in nats, and |N| on which the bound is checked. */
export const boundGrid = {
  divergences: [0, 0.5, 1, 2, 4, 8],
  negatives: [1, 9, 99, 999],
} as const;

/** Error of the integration: what remains where nothing varies and the standard error is 0. */
const rounding = 1e-9;

/**
 * Checks of the bound, for one J and every |N|: the ideal loss by Monte Carlo, against the same by
 * quadrature and against both forms of the bound, which it must not be below.
 */
export async function boundChecks(
  context: CheckContext,
  divergence: number,
): Promise<readonly TheoryRow[]> {
  const findings: TheoryFinding[] = [];
  for (const negatives of boundGrid.negatives) {
    const { mean, standardError } = await drawnLoss(
      linePair(divergence),
      { negatives, draws: drawsOf(context, negatives), pause: context.pause },
      context.random('bound', divergence, negatives),
    );
    const cell = {
      setting: `J ${divergence}, |N| ${negatives}`,
      divergence,
      negatives,
      measured: mean,
      tolerance: rounding + standardErrors * standardError,
      standardError,
    };
    findings.push(
      {
        ...cell,
        check: 'ideal_loss',
        relation: 'equals',
        expected: idealLoss(divergence, negatives),
      },
      { ...cell, check: 'bound', relation: 'at_least', expected: lossBound(divergence, negatives) },
      {
        ...cell,
        check: 'sharp_bound',
        relation: 'at_least',
        expected: sharpLossBound(divergence, negatives),
      },
    );
  }
  return findings.map(theoryRow);
}

/**
 * Checks of optimality: scores other than `log r`, here too flat and too steep, have a loss of at
 * least L*.
 */
export async function otherScoreChecks(context: CheckContext): Promise<readonly TheoryRow[]> {
  const [divergence, negatives] = [2, 9];
  const pair = linePair(divergence);
  const findings: TheoryFinding[] = [];
  for (const slope of [0.5, 2]) {
    const score = (x: ArrayLike<number>): number => slope * pair.logRatio(x);
    const { mean, standardError } = await drawnLoss(
      pair,
      { negatives, draws: drawsOf(context, negatives), score, pause: context.pause },
      context.random('other score', slope),
    );
    findings.push({
      check: 'other_score',
      setting: `J ${divergence}, |N| ${negatives}, score ${slope} log r`,
      measured: mean,
      relation: 'at_least',
      expected: idealLoss(divergence, negatives),
      tolerance: standardErrors * standardError,
      standardError,
    });
  }
  return findings.map(theoryRow);
}

/**
 * Sample size. With few negatives and a large J nearly all of the loss comes from a few draws in a
 * hundred, and a standard error is to be trusted only when there were many of those. They are
 * cheap, so there are more.
 */
function drawsOf({ draws }: CheckContext, negatives: number): number {
  return draws * Math.max(1, Math.floor(100 / (negatives + 1)));
}
