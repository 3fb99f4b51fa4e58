import { bestRow } from '../../outputs/run/best-row.ts';
import type { RunValidation } from '../../outputs/run/run-validation.ts';
import type { EndCondition } from './end-of-training.ts';
import type { ValidationSchedule } from './validation-schedule.ts';

/** Early stopping of a run. */
export interface PatienceOptions {
  /** Validations without an improvement that end it, 1 or more. */
  readonly patience: number;
  /** Improvement that counts, above this, 0 or more. */
  readonly minDelta: number;
  readonly schedule: ValidationSchedule;
  readonly validation: Pick<RunValidation, 'rows' | 'metric' | 'until'>;
}

/**
 * Early stopping: a run ends with the validation that is the last of so many without an improvement.
 *
 * A function of steps and rows, whatever the clock says. A validation is waited for only where it may end the run: until
 * then it goes on beside the steps behind it.
 */
export function patienceCondition(options: PatienceOptions): EndCondition {
  const { patience, minDelta, schedule, validation } = options;
  const waited = async (steps: number): Promise<number> => {
    await validation.until(steps);
    const rows = validation.rows.filter(({ step }) => step <= steps);
    return bestRow(rows, validation.metric, minDelta)?.waiting ?? 0;
  };
  return {
    cause: 'patience',
    async holds(step) {
      const last = schedule.last(step);
      if (last === 0) return false;
      const before = await waited(schedule.last(last - 1));
      return before + 1 >= patience && (await waited(last)) >= patience;
    },
  };
}
