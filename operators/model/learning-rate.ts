import { curveAt, type RateCurve } from './rate-curves.ts';

/** Schedule of the learning rate: a warm-up, then a curve down from the peak. */
export interface LearningRateSchedule {
  /** Peak learning rate, above 0. */
  readonly peak: number;
  /** Steps of the whole run, 1 or more. */
  readonly steps: number;
  /** Steps of the warm-up, from 0 to `steps`. @default 0 */
  readonly warmupSteps?: number | undefined;
  /** Curve behind the warm-up. @default a cosine */
  readonly curve?: RateCurve | undefined;
}

/** Initial learning rate of a warm-up, unless the rate that it leads to is lower still. */
const warmupStart = 0.01;

/** The floor of a curve, as a share of the peak. */
const floorShare = 1 / 1000;

/**
 * Learning rate of a step: linear warm-up, then a curve, cosine decay if none is named.
 *
 * `floor + (peak − floor) · (1 + cos(π · (step + 1) / steps)) / 2` with `floor = peak / 1000`, reached in
 * the last step; `linear` ends there too, and so does each cycle of `restarts`. In the warm-up the rate rises linearly, step
 * by step, from 0.01 to the value that the curve has in the step after it.
 *
 * The official code moves the cosine once per epoch, counted from 1; this is the same curve read at
 * every step, and both end at the floor. The official warm-up is linear per batch too.
 *
 * @param step Counted from 0.
 * @throws {RangeError} When `step` or the schedule are out of their ranges.
 * @see Loshchilov and Hutter, arXiv:1608.03983; tufts-ml/SupContrast `util.py`.
 * @example
 * ```ts
 * const schedule = { peak: 0.5, steps: 1000, warmupSteps: 100 };
 * console.log([0, 100, 999].map((step) => learningRateAt(step, schedule)));
 * const steps = { ...schedule, curve: { name: 'step', milestones: [0.5, 0.75] } } as const;
 * console.log([499, 500, 750].map((step) => learningRateAt(step, steps))); // 0.5, 0.05, 0.005
 * ```
 */
export function learningRateAt(step: number, schedule: LearningRateSchedule): number {
  const { peak, steps, warmupSteps = 0, curve = cosine } = schedule;
  if (!(Number.isFinite(peak) && peak > 0)) {
    throw new RangeError(`Expected \`peak\` to be a number above 0, got \`${peak}\``);
  }
  if (!Number.isInteger(steps) || steps < 1) {
    throw new RangeError(`Expected \`steps\` to be an integer of at least 1, got \`${steps}\``);
  }
  if (!Number.isInteger(warmupSteps) || warmupSteps < 0 || warmupSteps > steps) {
    throw new RangeError(
      `Expected \`warmupSteps\` to be an integer from 0 to \`steps\` (${steps}), got \`${warmupSteps}\``,
    );
  }
  if (!Number.isInteger(step) || step < 0 || step >= steps) {
    throw new RangeError(
      `Expected \`step\` to be an integer from 0 to ${steps - 1}, got \`${step}\``,
    );
  }
  const range = { peak, floor: peak * floorShare, steps };
  if (step >= warmupSteps) return curveAt(step, curve, range);
  const end = curveAt(Math.min(warmupSteps, steps - 1), curve, range);
  const start = Math.min(warmupStart, end);
  return start + ((end - start) * step) / warmupSteps;
}

/** Images of a batch for which usual learning rates are meant. */
const usualBatch = 256;

/**
 * Linear scaling rule: the learning rate times `images / 256`.
 *
 * @param images Those that an update averages over, 1 or more.
 * @see Goyal et al., arXiv:1706.02677; SimCLR, arXiv:2002.05709, and most contrastive code.
 */
export function scaledRate(rate: number, images: number): number {
  return (rate * images) / usualBatch;
}

const cosine: RateCurve = { name: 'cosine' };
