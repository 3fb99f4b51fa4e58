import { UsageError } from '../options/usage-error.ts';
import { keysOf, type Verb } from '../options/verb.ts';

/**
 * A value that the library finds out of its range, as the mistake in the options of a verb that it is: some ranges are
 * known only when the images are. Any other error stays as it is.
 */
export function optionMistake<T>(error: unknown, verb: Verb<T>): unknown {
  if (!(error instanceof RangeError)) return error;
  const [, named] = /^Expected `(\w+)` to be/u.exec(error.message) ?? [];
  const keys = keysOf(verb);
  if (named === undefined || !keys.includes(named)) return error;
  return new UsageError(error.message, { options: keys, cause: error });
}
