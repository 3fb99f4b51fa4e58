import type { Dataset } from '../../operators/types.ts';
import type { BestMetricName } from '../../outputs/run/validation-columns.ts';
import type { ValidationOptions } from '../options/validation-options.ts';
import type { Resolved } from '../options/verb.ts';
import type { ValidationSets } from './validation-sets.ts';
import { usualValidateEvery, type ValidatedWork } from './validation-schedule.ts';

/** Configuration of the validation of a run, as `config.json` holds it. */
export interface ValidationConfig {
  /** Images to validate on, and those trained on that they are compared with. */
  readonly query: ValidatedImages;
  readonly support: ValidatedImages;
  /** Steps from one to the next. */
  readonly every: number;
  /** Measure that the best checkpoint is chosen by. */
  readonly best: BestMetricName;
}

/** Images of one side. */
interface ValidatedImages {
  readonly hash: string;
  readonly images: number;
}

/** Configuration of a validation. @param work Of a step, as the default of `validateEvery` counts it. */
export function validationConfig(
  { validateEvery, best }: Pick<Resolved<ValidationOptions>, 'validateEvery' | 'best'>,
  { support, query }: ValidationSets,
  work: Omit<ValidatedWork, 'validated'>,
): ValidationConfig {
  const validated = support.count + query.count;
  return {
    query: imagesOf(query),
    support: imagesOf(support),
    every: validateEvery ?? usualValidateEvery({ ...work, validated }),
    best,
  };
}

function imagesOf({ hash, count }: Dataset): ValidatedImages {
  return { hash, images: count };
}
