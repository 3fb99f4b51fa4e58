import { PipelineError } from '../../operators/errors.ts';
import type { TrainerState } from '../../operators/types.ts';
import type { RunFolder } from '../../outputs/run/run-folder.ts';
import { validationName, type RunValidation } from '../../outputs/run/run-validation.ts';
import type { ValidationSets } from './validation-sets.ts';
import type { RunConfig } from './run-config.ts';
import { type ValidationSchedule, validationSchedule } from './validation-schedule.ts';

/** Validation of a run that was opened. */
export interface OpenValidation {
  /** Both sides of it, its rows, and the steps that it is due after. */
  readonly sets: ValidationSets;
  readonly rows: RunValidation;
  readonly schedule: ValidationSchedule;
  /** State that the run goes on from, where it was not validated before the run was killed. */
  readonly missing: TrainerState | undefined;
}

/**
 * Validation of an open run, where it has one.
 *
 * @param state That it goes on from.
 * @throws {PipelineError} `ERR_FORMAT` when an earlier validation is not among the rows, from which it would be chosen
 * what is the best.
 */
export function openValidation(
  sets: ValidationSets | null,
  { validation, steps }: Pick<RunConfig, 'validation' | 'steps'>,
  run: Pick<RunFolder, 'path' | 'validation' | 'extended'>,
  state: TrainerState,
): OpenValidation | null {
  const rows = run.validation;
  if (sets === null || validation === undefined || rows === undefined) return null;
  const schedule = validationSchedule(validation.every, [
    ...run.extended.map(({ from }) => from),
    steps,
  ]);
  const had = (at: number): boolean => at === 0 || rows.rows.some(({ step }) => step === at);
  const isDue = schedule.due(state.step);
  const before = schedule.last(isDue ? state.step - 1 : state.step);
  if (!had(before)) throw lacksRow(run.path, before);
  return { sets, rows, schedule, missing: isDue && !had(state.step) ? state : undefined };
}

function lacksRow(folder: string, step: number): PipelineError {
  return new PipelineError(
    'ERR_FORMAT',
    `\`${validationName}\` in \`${folder}\` lacks the validation after step ${step}: it was cut. ` +
      'Start the run in another folder.',
    { path: folder },
  );
}
