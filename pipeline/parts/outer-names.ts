import { PipelineError } from '../../operators/errors.ts';
import { plainSpelling, spelled } from '../options/spelling.ts';
import { UsageError } from '../options/usage-error.ts';

/** Names that options of a run inside another one have there, by their own, such as `split` as `splitTrain`. */
export type OuterNames = Readonly<Record<string, string>>;

/** A text that names options, and which, in the names of the outer run. */
export function inOuterNames(
  text: string,
  options: readonly string[],
  names: OuterNames,
): { readonly text: string; readonly options: readonly string[] } {
  const renamed = options.filter((key) => names[key] !== undefined);
  return {
    text: spelled(text, renamed, (key, value) => plainSpelling(names[key]!, value)),
    options: options.map((key) => names[key] ?? key),
  };
}

/** An error of a run inside another one, in the names of the outer run; itself where it names none of those. */
export function errorInOuterNames(error: unknown, names: OuterNames): unknown {
  if (!(error instanceof PipelineError || error instanceof UsageError)) return error;
  if (!error.options.some((key) => names[key] !== undefined)) return error;
  const { text, options } = inOuterNames(error.message, error.options, names);
  const { cause } = error;
  if (error instanceof UsageError) return new UsageError(text, { options, cause });
  return new PipelineError(error.code, text, {
    sample: error.sample,
    path: error.path,
    options,
    cause,
  });
}
