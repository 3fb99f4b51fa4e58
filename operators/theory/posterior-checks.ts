import type { Random } from '../random.ts';
import { bruteForcePosterior } from './brute-force-posterior.ts';
import { calibration, type Calibration } from './calibration.ts';
import { type CheckContext, standardErrors } from './check-context.ts';
import { type GaussianPair, gaussianPair, linePair } from './gaussian-pair.ts';
import { drawIndices } from './index-model.ts';
import { indexPosterior } from './index-posterior.ts';
import { runningMean } from './running-mean.ts';
import { type TheoryFinding, theoryRow, type TheoryRow } from './theory-row.ts';

/** Random settings that the formulas are compared on, with at most this many samples and dimensions. */
const settings = { count: 200, samples: 8, targets: 4, dim: 4 };

/**
 * Rounding error between two ways of computing: a few dozen roundings of numbers up to about 100.
 */
const rounding = 1e-12;

/**
 * Checks of Propositions 3 and 6 against enumeration of index hypotheses, on random pairs of
 * Gaussians; and how far the share with SupCon's denominator, which keeps the other targets, is
 * from the posterior.
 */
export async function posteriorChecks(context: CheckContext): Promise<readonly TheoryRow[]> {
  const single = await largestDeviations(context, 'single target');
  const several = await largestDeviations(context, 'several targets');
  const setting = `${settings.count} random settings`;
  const none = { setting, expected: 0, tolerance: rounding };
  const findings: TheoryFinding[] = [
    { ...none, check: 'prop3_posterior', measured: single.posterior, relation: 'equals' },
    { ...none, check: 'prop6_posterior', measured: several.posterior, relation: 'equals' },
    {
      ...none,
      check: 'supcon_share',
      measured: several.supcon,
      relation: 'differs',
      // Far above rounding and far below what keeping a target takes away.
      tolerance: 0.01,
    },
  ];
  return findings.map(theoryRow);
}

/**
 * Checks of calibration: the true index has the probability `E ∑ p²`, and the most probable index
 * is right as often as predicted. SupCon's share is not calibrated.
 */
export async function calibrationChecks(context: CheckContext): Promise<readonly TheoryRow[]> {
  const pair = linePair(2);
  const measure = (targets: number, otherTargets: 'left out' | 'kept'): Promise<Calibration> =>
    calibration(
      pair,
      { count: 8, targets, otherTargets, draws: context.draws, pause: context.pause },
      context.random('calibration', targets, otherTargets),
    );
  const findings: TheoryFinding[] = [];
  for (const targets of [1, 3]) {
    const { mean, accuracy } = await measure(targets, 'left out');
    for (const [check, { found, promised, difference }] of [
      ['calibration_mean', mean],
      ['calibration_accuracy', accuracy],
    ] as const) {
      findings.push({
        check,
        setting: `J 2, 8 samples, |T| ${targets}`,
        measured: found.mean,
        relation: 'equals',
        expected: promised.mean,
        tolerance: standardErrors * difference.standardError,
        standardError: difference.standardError,
      });
    }
  }
  const { found, promised, difference } = (await measure(3, 'kept')).mean;
  findings.push({
    check: 'supcon_calibration',
    setting: 'J 2, 8 samples, |T| 3',
    measured: found.mean,
    relation: 'differs',
    expected: promised.mean,
    tolerance: standardErrors * difference.standardError,
    standardError: difference.standardError,
  });
  return findings.map(theoryRow);
}

/**
 * Checks of the log ratio: `log r` has mean `J / 2` under p⁺, `−J / 2` under p⁻ and variance J
 * under both, in more than one dimension.
 */
export async function logRatioChecks(context: CheckContext): Promise<readonly TheoryRow[]> {
  const { draws, pause } = context;
  const pair = gaussianPair({
    target: [1, -0.5, 0.25],
    noise: [0, 0.5, 1],
    factor: [
      [1, 0, 0],
      [0.5, 1.5, 0],
      [-0.25, 0.75, 1.25],
    ],
  });
  const { divergence } = pair;
  const findings: TheoryFinding[] = [];
  for (const side of ['target', 'noise'] as const) {
    const random = context.random('log ratio', side);
    const expected = side === 'target' ? divergence / 2 : -divergence / 2;
    const [mean, variance] = [runningMean(), runningMean()];
    for (let draw = 0; draw < draws; draw += 1) {
      if (draw % 10_000 === 0) await pause();
      const value = pair.logRatio(pair.draw(side, random));
      mean.add(value);
      variance.add((value - expected) ** 2);
    }
    const setting = `3 dimensions, J ${divergence.toFixed(3)}, ${side}`;
    for (const [check, found, theory] of [
      ['log_ratio_mean', mean, expected],
      ['log_ratio_variance', variance, divergence],
    ] as const) {
      findings.push({
        check,
        setting,
        measured: found.mean,
        relation: 'equals',
        expected: theory,
        tolerance: standardErrors * found.standardError,
        standardError: found.standardError,
      });
    }
  }
  return findings.map(theoryRow);
}

async function largestDeviations(
  context: CheckContext,
  model: 'single target' | 'several targets',
): Promise<{ readonly posterior: number; readonly supcon: number }> {
  const random = context.random('posterior', model);
  let [posterior, supcon] = [0, 0];
  for (let at = 0; at < settings.count; at += 1) {
    if (at % 10 === 0) await context.pause();
    const pair = randomPair(1 + random.below(settings.dim), random);
    const targets = model === 'single target' ? 1 : 2 + random.below(settings.targets - 1);
    const count = targets + 1 + random.below(settings.samples - targets);
    const { samples, index, others } = drawIndices(pair, { count, targets }, random);
    const logRatios = samples.map(pair.logRatio);
    const formula = indexPosterior(logRatios, others);
    const brute = bruteForcePosterior(pair, samples, others);
    const deviation = Math.max(...formula.map((value, one) => Math.abs(value - brute[one]!)));
    posterior = Math.max(posterior, deviation);
    supcon = Math.max(supcon, Math.abs(indexPosterior(logRatios)[index]! - brute[index]!));
  }
  return { posterior, supcon };
}

function randomPair(dim: number, random: Random): GaussianPair {
  const axes = Array.from({ length: dim }, (_, axis) => axis);
  return gaussianPair({
    target: axes.map(() => random.normal()),
    noise: axes.map(() => random.normal()),
    factor: axes.map((row) =>
      axes.map((column) => {
        if (column > row) return 0;
        return column === row ? 0.5 + random.uniform() : random.normal() / 2;
      }),
    ),
  });
}
