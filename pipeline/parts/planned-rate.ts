import { learningRateAt } from '../../operators/model/learning-rate.ts';
import type { RunExtension } from '../../outputs/run/saved-config.ts';
import type { RunConfig } from './run-config.ts';
import { counted } from '../../operators/message-words.ts';

/** Length of a run as it was planned, and how it was extended. */
export interface PlannedLength {
  /** Steps of the whole run. */
  readonly steps: number;
  /** In the order in which they were made. */
  readonly extended: readonly RunExtension[];
}

/**
 * Steps that the run was planned with when it came to a step: what the learning rate of that step follows.
 *
 * An extended run follows the schedule of its new length from the step of the extension on, as if it had always been
 * that long; what is behind it was trained by the schedule of its time. A function of the history alone: also a run
 * that goes on from a checkpoint before an extension repeats its steps as they were.
 */
export function stepsPlannedAt(step: number, { steps, extended }: PlannedLength): number {
  const inForce = extended.findLast(({ at }) => at <= step);
  return inForce?.to ?? extended[0]?.from ?? steps;
}

/** Learning rate of each step of a run, by the schedule that it was planned with when it came to it. */
export function plannedRate(
  {
    learningRate: peak,
    warmupSteps,
    steps,
    schedule: curve,
  }: Pick<RunConfig, 'learningRate' | 'warmupSteps' | 'steps' | 'schedule'>,
  extended: readonly RunExtension[],
): (step: number) => number {
  return (step) => {
    const planned = stepsPlannedAt(step, { steps, extended });
    return learningRateAt(step, { peak, warmupSteps, steps: planned, curve });
  };
}

/** What an extension means, for the user. */
export function extensionNote(
  { at, from, to }: RunExtension,
  rateAt: (step: number) => number,
): string {
  const before = at === 0 ? '' : `, after ${rateAt(at - 1).toPrecision(3)}`;
  return (
    `extended at step ${counted(at)} from ${counted(from)} to ${counted(to, 'step')}: from here on the learning rate follows the schedule of ` +
    `${counted(to, 'step')}, ${rateAt(at).toPrecision(3)} at the next step${before}`
  );
}
