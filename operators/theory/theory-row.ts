/** Name of a check. */
export type TheoryCheck =
  | 'prop3_posterior'
  | 'prop6_posterior'
  | 'supcon_share'
  | 'calibration_mean'
  | 'calibration_accuracy'
  | 'supcon_calibration'
  | 'log_ratio_mean'
  | 'log_ratio_variance'
  | 'ideal_loss'
  | 'bound'
  | 'sharp_bound'
  | 'other_score'
  | 'simplex_value'
  | 'simplex_minimum'
  | 'descent_loss'
  | 'descent_between'
  | 'descent_within';

/**
 * Relation of the measured value to the expected one; `tolerance` is slack, for `differs` a
 * distance to exceed.
 */
export type TheoryRelation = 'equals' | 'at_least' | 'differs';

/** Measured value of a check against the value that theory predicts. */
export interface TheoryFinding {
  readonly check: TheoryCheck;
  /** The case in words, such as `J 2, |N| 9`. */
  readonly setting: string;
  /** J of a cell of the bound, in nats. @default null */
  readonly divergence?: number | null;
  /** |N| of a cell of the bound. @default null */
  readonly negatives?: number | null;
  readonly measured: number;
  readonly relation: TheoryRelation;
  readonly expected: number;
  /** 0 or more, in the unit of the values. */
  readonly tolerance: number;
  /**
   * Standard error of the measured value, or of its difference to the expected one; null when
   * nothing was drawn. @default null
   */
  readonly standardError?: number | null;
}

/** A finding with its verdict, as a row of `theory.arrow`. */
export type TheoryRow = Required<TheoryFinding> & { readonly holds: boolean };

/** The verdict on a finding. Values that are not numbers never hold. */
export function theoryRow(finding: TheoryFinding): TheoryRow {
  const { measured, relation, expected, tolerance } = finding;
  const ahead = measured - expected;
  const holds = {
    equals: Math.abs(ahead) <= tolerance,
    at_least: ahead >= -tolerance,
    differs: Math.abs(ahead) > tolerance,
  }[relation];
  return { divergence: null, negatives: null, standardError: null, ...finding, holds };
}
