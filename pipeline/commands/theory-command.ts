import { lossBound, sharpLossBound } from '../../operators/theory/loss-bounds.ts';
import type { TheoryCheck, TheoryRelation, TheoryRow } from '../../operators/theory/theory-row.ts';
import type { Command } from '../command-line/command.ts';
import { textTable } from '../command-line/text-table.ts';
import { type TheoryOptions, theoryVerb } from '../options/theory-options.ts';
import { theory, type TheoryResult } from '../theory.ts';
import { convertStep } from '../next/convert-step.ts';
import { nextStep } from '../next/next-step.ts';
import { demoVerb } from '../options/demo-options.ts';

/** `theory` on the command line; fails when a check does not hold. */
export const theoryCommand: Command<TheoryOptions, TheoryResult> = {
  verb: theoryVerb,
  run: theory,
  stopped: () => 'stopped; nothing was written',
  about: ({ out }) => ({ out }),
  lines: ({ rows, report }) => {
    const failed = failedOf(rows);
    const verdict =
      failed === 0 ? `all ${rows.length} checks hold` : `${failed} of ${rows.length} checks fail`;
    return [
      ...checkLines(rows),
      '',
      ...boundLines(rows),
      '',
      verdict,
      ...(report === null ? [] : [`written to ${report.path}`]),
    ];
  },
  next: ({ report }, { options }) => [
    report === null
      ? nextStep('keep the checks', theoryVerb, { ...options, out: 'runs/theory' })
      : convertStep('the checks', report.path),
    nextStep('the losses on images', demoVerb, {}),
  ],
  json: ({ rows }, { seed, draws }) => ({ seed, draws, failed: failedOf(rows), rows }),
  failed: ({ rows }) => failedOf(rows) > 0,
};

function failedOf(rows: readonly TheoryRow[]): number {
  return rows.filter(({ holds }) => !holds).length;
}

const names: Readonly<Record<TheoryCheck, string>> = {
  prop3_posterior: 'largest distance of Prop. 3 to brute force',
  prop6_posterior: 'largest distance of Prop. 6 to brute force',
  supcon_share: "largest distance of SupCon's share to the posterior",
  calibration_mean: 'probability of the true index, against E ∑ p²',
  calibration_accuracy: 'accuracy of the likeliest, against its probability',
  supcon_calibration: "SupCon's share of the true index, against E ∑ q²",
  log_ratio_mean: 'mean of log r, against ±J/2',
  log_ratio_variance: 'variance of log r, against J',
  ideal_loss: 'L* drawn, against L* integrated',
  bound: 'L*, against log|N| − J',
  sharp_bound: 'L*, against log(1 + |N| e^−J)',
  other_score: 'loss of another score, against L*',
  simplex_value: 'loss at a simplex, against the closed form',
  simplex_minimum: 'lowest loss of many placements, against the closed form',
  descent_loss: 'loss after descent, against the closed form',
  descent_between: 'mean cosine between classes, against −1/(C − 1)',
  descent_within: 'lowest cosine within a class, against 1',
};

const relations: Readonly<Record<TheoryRelation, string>> = {
  equals: '=',
  at_least: '≥',
  differs: '≠',
};

/** A line for each check; the cells of the bound have a table of their own and stand here when they fail. */
function checkLines(rows: readonly TheoryRow[]): readonly string[] {
  const heading = ['holds', 'check', 'case', 'measured', '', 'expected', 'tolerance'];
  const cells = rows
    .filter(({ divergence, holds }) => divergence === null || !holds)
    .map((row) => [
      row.holds ? 'yes' : 'NO',
      names[row.check],
      row.setting,
      shown(row.measured),
      relations[row.relation],
      shown(row.expected),
      shown(row.tolerance),
    ]);
  return textTable([heading, ...cells]);
}

/** The ideal loss by J (down) and |N| (across), and its bounds at the largest |N|. */
function boundLines(rows: readonly TheoryRow[]): readonly string[] {
  const cells = rows.filter(({ check }) => check === 'ideal_loss');
  const divergences = [...new Set(cells.map(({ divergence }) => divergence ?? 0))];
  const negatives = [...new Set(cells.map((cell) => cell.negatives ?? 0))];
  const most = Math.max(...negatives);
  const largestError = Math.max(...cells.map(({ standardError }) => standardError ?? 0));
  const lossAt = (divergence: number, count: number): string => {
    const cell = cells.find((one) => one.divergence === divergence && one.negatives === count);
    return cell === undefined ? '–' : cell.measured.toFixed(4);
  };
  const heading = ['J', ...negatives.map((count) => `|N| ${count}`)];
  const lines = divergences.map((divergence) =>
    [String(divergence)].concat(
      negatives.map((count) => lossAt(divergence, count)),
      [lossBound, sharpLossBound].map((bound) => bound(divergence, most).toFixed(4)),
    ),
  );
  return [
    `ideal loss L* in nats, drawn with standard errors up to ${largestError.toFixed(4)}, and its bounds for |N| ${most}`,
    ...textTable([[...heading, `log ${most} − J`, `log(1 + ${most} e^−J)`], ...lines]),
  ];
}

function shown(value: number): string {
  return value !== 0 && Math.abs(value) < 1e-3 ? value.toExponential(1) : value.toFixed(4);
}
