import path from 'node:path';
import { PipelineError } from '../../operators/errors.ts';
import { writeAtomicJson } from '../files/atomic-file.ts';
import { isObject, type JsonObject, readJsonObject } from '../files/json.ts';

/** The name of the configuration in a run folder. */
export const configName = 'config.json';

/** Configuration of a run, as `config.json` holds it. */
export interface SavedConfig {
  /** Hash of the fields that decide the result. */
  readonly hash: string;
  /** Versions of the programs that wrote it. */
  readonly versions: Readonly<Record<string, unknown>>;
  /** The resolved options. */
  readonly config: JsonObject;
}

/**
 * Reads the configuration of a run; undefined when there is none.
 *
 * @throws {PipelineError} `ERR_FORMAT` when `config.json` in the folder is not that of a run.
 */
export async function readSavedConfig(folder: string): Promise<SavedConfig | undefined> {
  const file = path.join(folder, configName);
  const saved = await readJsonObject(file);
  if (saved === undefined) return undefined;
  const { format, version, hash, versions, config } = saved;
  if (
    format !== 'sincere-run' ||
    version !== 1 ||
    typeof hash !== 'string' ||
    !isObject(versions) ||
    !isObject(config)
  ) {
    throw new PipelineError('ERR_FORMAT', `\`${file}\` is not the configuration of a run.`, {
      path: file,
    });
  }
  return { hash, versions, config: config as JsonObject };
}

/**
 * Writes the configuration of a run atomically.
 *
 * @throws {PipelineError} `ERR_WRITE`.
 */
export async function writeSavedConfig(
  folder: string,
  { hash, versions, config }: SavedConfig,
): Promise<void> {
  await writeAtomicJson(path.join(folder, configName), {
    format: 'sincere-run',
    version: 1,
    hash,
    versions,
    config,
  });
}
