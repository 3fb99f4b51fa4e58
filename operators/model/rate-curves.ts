import { namesOf } from '../names-of.ts';
import { atLeastOne, outOfRange } from '../out-of-range.ts';

/** Schedule of the learning rate behind the warm-up: the curve that it follows, and the numbers of that curve. */
export interface RateCurve {
  readonly name: RateCurveName;
  /** Of `step`: shares of the run, rising, above 0 and below 1, at which the rate falls. @default [0.6, 0.75, 0.9] */
  readonly milestones?: readonly number[] | undefined;
  /** Of `step`: factor of the rate at each milestone, above 0 and below 1. @default 0.1 */
  readonly stepDecay?: number | undefined;
  /** Of `restarts`: steps of the first cycle, 1 or more. @default those of three cycles that end with the run */
  readonly restartPeriod?: number | undefined;
  /** Of `restarts`: length of a cycle over that of the one before, an integer of at least 1. @default 2 */
  readonly restartFactor?: number | undefined;
}

/** Ends of a curve, and its length. */
export interface RateRange {
  readonly peak: number;
  readonly floor: number;
  readonly steps: number;
}

interface RateCurveEntry {
  /** One line for a list of choices. */
  readonly doc: string;
  /** Rate of a step, counted from 0. */
  readonly rateAt: (step: number, range: RateRange, curve: RateCurve) => number;
}

const table: Readonly<Record<RateCurveName, RateCurveEntry>> = {
  cosine: {
    doc: 'Half a cosine from the peak to 0.1 % of it in the last step: that of the paper.',
    rateAt: (step, range) => cosine({ at: step, length: range.steps }, range),
  },
  step: {
    doc: 'The peak, times `--step-decay` (0.1) from each of `--milestones` (0.6, 0.75, 0.9 of the run) on.',
    rateAt: (step, { peak, steps }, { milestones = usualMilestones, stepDecay = 0.1 }) =>
      // Rounded: 0.55 · 100 is a little more than 55.
      peak * stepDecay ** milestones.filter((share) => step >= Math.round(share * steps)).length,
  },
  linear: {
    doc: 'Straight from the peak to 0.1 % of it.',
    rateAt: (step, { peak, floor, steps }) => floor + (peak - floor) * (1 - (step + 1) / steps),
  },
  constant: {
    doc: 'The peak throughout.',
    rateAt: (_step, { peak }) => peak,
  },
  restarts: {
    doc: 'Cosines in cycles (SGDR): the first of `--restart-period` steps, each next `--restart-factor` (2) times as long.',
    rateAt: (step, range, curve) => cosine(cycleAt(step, range.steps, curve), range),
  },
};

/** Schedule of the learning rate by name. */
export type RateCurveName = 'cosine' | 'step' | 'linear' | 'constant' | 'restarts';

/** Every schedule by name. */
export const rateCurveNames: readonly [RateCurveName, ...RateCurveName[]] = namesOf(table);

/** One line on each schedule. */
export const rateCurveDocs: Readonly<Record<RateCurveName, { readonly doc: string }>> = table;

/** Shares of a run at which the rate of `step` falls. */
export const usualMilestones: readonly number[] = [0.6, 0.75, 0.9];

/** Length of a cycle of `restarts` over that of the one before. */
const usualFactor = 2;

/**
 * Learning rate that a curve has at a step.
 *
 * @throws {RangeError} When a number of the curve is out of its range.
 * @see Loshchilov and Hutter, arXiv:1608.03983, for `cosine` and `restarts`.
 */
export function curveAt(step: number, curve: RateCurve, range: RateRange): number {
  checkCurve(curve);
  return table[curve.name].rateAt(step, range, curve);
}

/** Place of a step in its cycle, from 0, and the steps of that cycle. */
interface CyclePlace {
  readonly at: number;
  readonly length: number;
}

/** `floor + (peak − floor) · (1 + cos(π · (at + 1) / length)) / 2`. */
function cosine({ at, length }: CyclePlace, { peak, floor }: RateRange): number {
  return floor + ((peak - floor) * (1 + Math.cos((Math.PI * (at + 1)) / length))) / 2;
}

function cycleAt(step: number, steps: number, curve: RateCurve): CyclePlace {
  const { restartFactor: factor = usualFactor } = curve;
  const period = curve.restartPeriod ?? Math.ceil(steps / (1 + factor + factor ** 2));
  if (factor === 1) return { at: step % period, length: period };
  let begin = 0;
  let length = period;
  while (step >= begin + length) {
    begin += length;
    length *= factor;
  }
  return { at: step - begin, length };
}

function checkCurve({
  name,
  milestones,
  stepDecay,
  restartPeriod,
  restartFactor,
}: RateCurve): void {
  if (!rateCurveNames.includes(name)) {
    throw outOfRange('curve.name', `one of \`${rateCurveNames.join('`, `')}\``, name);
  }
  if (milestones !== undefined && !areRisingShares(milestones)) {
    const given = milestones.join(', ');
    throw outOfRange('curve.milestones', 'rising numbers above 0 and below 1', given);
  }
  if (stepDecay !== undefined && !(stepDecay > 0 && stepDecay < 1)) {
    throw outOfRange('curve.stepDecay', 'a number above 0 and below 1', stepDecay);
  }
  if (restartPeriod !== undefined) atLeastOne('curve.restartPeriod', restartPeriod);
  if (restartFactor !== undefined) atLeastOne('curve.restartFactor', restartFactor);
}

/** Tests whether numbers are above 0, below 1, and each larger than the one before. */
export function areRisingShares(values: readonly number[]): boolean {
  return values.every((share, at) => share > (values[at - 1] ?? 0) && share < 1);
}
