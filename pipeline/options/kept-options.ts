import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { absoluteLocation } from '../../operators/location-scheme.ts';
import { messageOf } from '../../operators/errors.ts';
import { configName, isSavedConfig, savedConfigIn } from '../../outputs/run/saved-config.ts';
import { UsageError } from './usage-error.ts';

type Given = Readonly<Record<string, unknown>>;

/** Options of `train`, as far as they are treated apart. */
interface RunOptions extends Given {
  readonly data: string;
  readonly init: string | null;
  readonly imageRoot: string | null;
  readonly cacheDir: string | null;
  readonly exclude: string | null;
}

/** Options of a run that its folder keeps: all but where it is, how it is gone on with, and what is shown. Paths are absolute. */
export function keptOptions(options: RunOptions): object {
  const { out: _out, resume: _resume, retryBad: _retryBad, timing: _timing, ...kept } = options;
  const { data, init, imageRoot, cacheDir, exclude } = options;
  return {
    ...kept,
    init: init === null ? null : path.resolve(init),
    data: absoluteLocation(data),
    imageRoot: imageRoot === null ? null : absoluteLocation(imageRoot),
    cacheDir: cacheDir === null ? null : path.resolve(cacheDir),
    exclude: exclude === null ? null : absoluteLocation(exclude),
  };
}

/**
 * Options that a run was begun with, for one that continues it: they stand below those that are given.
 *
 * @param given Of `train`, by key.
 * @throws {UsageError} When there is no run to take them from, and none is named otherwise.
 */
export function continuedOptions(given: Given): Given {
  const { resume, out, data } = given;
  if (resume !== true || typeof out !== 'string') return {};
  const file = path.join(out, configName);
  if (existsSync(file)) {
    const kept = optionsKeptIn(parsed(file), file);
    if (kept !== undefined) return kept;
  }
  if (data !== undefined) return {};
  const why = existsSync(file)
    ? `\`${file}\` does not say what the run was begun with`
    : `\`${out}\` holds no run to continue`;
  throw new UsageError(`Expected \`data\` to be a path, got nothing, and ${why}`, {
    options: ['data'],
  });
}

/** Options in the `config.json` of a run; undefined when it says none. @throws {PipelineError} `ERR_FORMAT`. */
export function optionsKeptIn(value: Given, file: string): Given | undefined {
  return isSavedConfig(value) ? savedConfigIn(value, file).options : undefined;
}

function parsed(file: string): Given {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch (error) {
    throw new UsageError(`Expected \`${file}\` to hold a JSON object: ${messageOf(error)}`, {
      cause: error,
    });
  }
}
