import { readFileSync } from 'node:fs';
import { messageOf } from '../../operators/errors.ts';
import { UsageError } from '../options/usage-error.ts';

/**
 * The options in a configuration file, JSON or YAML: one mapping with names as in `config.json`.
 *
 * Values are as they are written; whether they are options, and good ones, is checked with the flags.
 *
 * @throws {UsageError} When the file cannot be read, or is something else; with line and column.
 */
export async function readConfigFile(path: string): Promise<Readonly<Record<string, unknown>>> {
  // Loaded when it is needed, so that help is fast. JSON is YAML, too.
  const yaml = await import('yaml');
  let value: unknown;
  try {
    value = yaml.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new UsageError(
      `Expected \`${path}\` to be JSON or YAML, got: ${messageOf(error).trim()}`,
      {
        cause: error,
      },
    );
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const got = value === null ? 'nothing' : `\`${JSON.stringify(value)}\``;
    throw new UsageError(
      `Expected \`${path}\` to be a mapping of options such as \`batchSize: 256\`, got ${got}`,
    );
  }
  return value as Readonly<Record<string, unknown>>;
}
