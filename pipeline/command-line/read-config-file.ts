import { readFileSync } from 'node:fs';
import { messageOf } from '../../operators/errors.ts';
import { shownValue } from '../../operators/files/schema-problems.ts';
import { errorCode } from '../../operators/files/system-error.ts';
import { isSavedConfig } from '../../outputs/run/saved-config.ts';
import { optionsKeptIn } from '../options/kept-options.ts';
import { UsageError } from '../options/usage-error.ts';

/**
 * The options in a configuration file, JSON or YAML: one mapping with names as in the library; or the `config.json` of a
 * run, for another run like it.
 *
 * Values are as they are written; whether they are options, and good ones, is checked with the flags.
 *
 * @throws {UsageError} When the file cannot be read, or is something else; with line and column.
 */
export async function readConfigFile(path: string): Promise<Readonly<Record<string, unknown>>> {
  // Loaded when it is needed, so that help is fast. JSON is YAML, too.
  const yaml = await import('yaml');
  const text = textOf(path);
  let value: unknown;
  try {
    value = yaml.parse(text);
  } catch (error) {
    throw new UsageError(
      `Expected \`${path}\` to be JSON or YAML, got: ${messageOf(error).trim()}`,
      {
        cause: error,
      },
    );
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const got = shownValue(value ?? undefined);
    throw new UsageError(
      `Expected \`${path}\` to be a mapping of options such as \`batchSize: 256\`, got ${got}`,
    );
  }
  return optionsIn(value as Readonly<Record<string, unknown>>, path);
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const problem = problems[errorCode(error) ?? ''];
    if (problem === undefined) throw new UsageError(`Cannot read \`${path}\``, { cause: error });
    throw new UsageError(`${problem(path)} of \`config\``, { options: ['config'] });
  }
}

/** What is to be said instead of the words of the system. */
const problems: Readonly<Record<string, (path: string) => string>> = {
  ENOENT: (path) => `There is no \`${path}\`: check the path`,
  ENOTDIR: (path) => `There is no \`${path}\`: check the path`,
  EISDIR: (path) => `\`${path}\` is a folder; give a file, JSON or YAML: check the path`,
};

/** The options themselves; of the `config.json` of a run those that it was begun with. */
function optionsIn(
  value: Readonly<Record<string, unknown>>,
  path: string,
): Readonly<Record<string, unknown>> {
  if (!isSavedConfig(value)) return value;
  const kept = optionsKeptIn(value, path);
  if (kept !== undefined) return kept;
  throw new UsageError(
    `\`${path}\` is of a run from before options were kept: give them as flags, or in a file of their own`,
  );
}
