import path from 'node:path';
import { PipelineError } from '../../operators/errors.ts';
import { writeAtomicJson } from '../../operators/files/atomic-file.ts';
import { isObject, type JsonObject, readJsonObject } from '../../operators/files/json.ts';

/** The name of the configuration in a run folder. */
export const configName = 'config.json';

/** Configuration of a run, as `config.json` holds it. */
export interface SavedConfig {
  /** Hash of the fields that decide the result. */
  readonly hash: string;
  /** Versions of the programs that wrote it. */
  readonly versions: Readonly<Record<string, unknown>>;
  /** The resolved configuration. */
  readonly config: JsonObject;
  /** Options that made it, for whoever continues the run or begins another like it. @default not known */
  readonly options?: JsonObject | undefined;
  /** Extensions of the run, in the order in which they were made. @default none */
  readonly extended?: readonly RunExtension[] | undefined;
}

/** Extension of a run: more steps than it was planned with. */
export interface RunExtension {
  /** Steps behind the checkpoint that it went on from. */
  readonly at: number;
  /** Steps that the run was planned with before. */
  readonly from: number;
  /** Steps that it is planned with from `at` on. */
  readonly to: number;
}

/**
 * Reads the configuration of a run; undefined when there is none.
 *
 * @throws {PipelineError} `ERR_FORMAT` when `config.json` in the folder is not that of a run.
 */
export async function readSavedConfig(folder: string): Promise<SavedConfig | undefined> {
  const file = path.join(folder, configName);
  const saved = await readJsonObject(file);
  return saved === undefined ? undefined : savedConfigIn(saved, file);
}

/** True for what stands in the `config.json` of a run. */
export function isSavedConfig({ format }: Readonly<Record<string, unknown>>): boolean {
  return format === runFormat;
}

/**
 * Configuration of a run, checked.
 *
 * @param file For messages.
 * @throws {PipelineError} `ERR_FORMAT` when it is something else.
 */
export function savedConfigIn(saved: Readonly<Record<string, unknown>>, file: string): SavedConfig {
  const { version, hash, versions, config, options, extended = [] } = saved;
  if (
    !isSavedConfig(saved) ||
    version !== 1 ||
    typeof hash !== 'string' ||
    !isObject(versions) ||
    !isObject(config) ||
    !(options === undefined || isObject(options)) ||
    !(Array.isArray(extended) && extended.every(isExtension))
  ) {
    throw new PipelineError('ERR_FORMAT', `\`${file}\` is not the configuration of a run.`, {
      path: file,
    });
  }
  return {
    hash,
    versions,
    config: config as JsonObject,
    options: options as JsonObject | undefined,
    extended,
  };
}

const runFormat = 'sincere-run';

function isExtension(value: unknown): value is RunExtension {
  return isObject(value) && [value['at'], value['from'], value['to']].every(Number.isSafeInteger);
}

/**
 * Writes the configuration of a run atomically.
 *
 * @throws {PipelineError} `ERR_WRITE`.
 */
export async function writeSavedConfig(
  folder: string,
  { hash, versions, config, options, extended = [] }: SavedConfig,
): Promise<void> {
  await writeAtomicJson(path.join(folder, configName), {
    format: runFormat,
    version: 1,
    hash,
    versions,
    config,
    options,
    ...(extended.length === 0 ? {} : { extended }),
  });
}
