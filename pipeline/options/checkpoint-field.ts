import type { CheckpointChoice } from '../../outputs/run/read-run.ts';
import { numberOrWord, optional } from './option-fields.ts';
import type { OptionFields } from './verb.ts';

/** Choice of a checkpoint of a run. */
export interface CheckpointOption {
  /** Checkpoint of the run: `best` by its validation, `last`, or the step of one that it keeps; the last one when not given. */
  readonly checkpoint?: CheckpointChoice | null | undefined;
}

/** Words and steps that name a checkpoint. */
const expected = '`best`, `last` or a step';

/** A checkpoint of a run; the last one when not given. */
export function checkpoint(about: string): OptionFields<CheckpointOption>['checkpoint'] {
  return optional(numberOrWord<CheckpointChoice>(['best', 'last'], { from: 0, expected }, about));
}

/** Fields of `CheckpointOption`. */
export const checkpointFields: OptionFields<CheckpointOption> = {
  checkpoint: checkpoint(
    'Checkpoint of the run: `best` by its validation, `last`, or the step of one that it keeps; the last one when not ' +
      'given.',
  ),
};
