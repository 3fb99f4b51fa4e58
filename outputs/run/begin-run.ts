import fs from 'node:fs/promises';
import path from 'node:path';
import { PipelineError } from '../../operators/errors.ts';
import { jsonDifferences, jsonHash, type JsonObject } from '../files/json.ts';
import { lockName } from '../files/lock-file.ts';
import { partialSuffix } from '../files/partial-file.ts';
import { producer } from '../files/producer.ts';
import { readSavedConfig, type SavedConfig, writeSavedConfig } from './saved-config.ts';

/** Configuration of a run, and what of it may differ from the run that is there. */
export interface RunIdentity {
  /** All resolved options that decide the result, as JSON can hold them. Undefined fields count as absent. */
  readonly config: object;
  /** Continue a run that was begun; one that is not there is begun. @default false */
  readonly resume?: boolean | undefined;
  /** Fields of `config` that may change on continuing, such as how long to train. @default none */
  readonly mayChange?: readonly string[] | undefined;
  /** Versions worth noting beside ours and Node's, such as the engine's. */
  readonly versions?: Readonly<Record<string, string>> | undefined;
}

/** A run as it was begun or is continued. */
export interface BegunRun {
  readonly configHash: string;
  /** Versions and options that have changed since the run began. */
  readonly notes: readonly string[];
}

/**
 * Begins a run in an empty folder, or continues the one that is there, and saves its configuration.
 *
 * @param folder Locked by the caller.
 * @throws {PipelineError} `ERR_CONFIG` when it holds other files, another run, or one that is not to be continued.
 */
export async function beginOrContinueRun(folder: string, options: RunIdentity): Promise<BegunRun> {
  const { resume = false, mayChange = [] } = options;
  // As it will be read back: undefined fields are gone.
  const config = JSON.parse(JSON.stringify(options.config)) as JsonObject;
  const decisive = without(config, mayChange);
  const versions = { sincere: producer, node: process.versions.node, ...options.versions };
  const now: SavedConfig = { hash: jsonHash(decisive), versions, config };

  const names = (await fs.readdir(folder)).filter((name) => name !== lockName);
  const saved = await readSavedConfig(folder);
  if (saved === undefined) {
    checkEmpty(folder, names);
    await writeSavedConfig(folder, now);
    return { configHash: now.hash, notes: [] };
  }
  if (!resume) throw runAlready(folder);
  checkDecisive(folder, without(saved.config, mayChange), decisive);
  const partial = names.filter((name) => name.endsWith(partialSuffix));
  for (const name of partial) await fs.rm(path.join(folder, name));
  const changes = [
    ...jsonDifferences(saved.versions, versions, 'versions'),
    ...jsonDifferences(saved.config, config),
  ];
  if (changes.length > 0) await writeSavedConfig(folder, now);
  const notes = changes.map((change) => `Changed since the run began: ${change}.`);
  return { configHash: now.hash, notes };
}

function without(config: JsonObject, keys: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(config).filter(([key]) => !keys.includes(key)));
}

function checkEmpty(folder: string, names: readonly string[]): void {
  const other = names.find((name) => !name.endsWith(partialSuffix));
  if (other === undefined) return;
  throw new PipelineError(
    'ERR_CONFIG',
    `\`${folder}\` holds other files, such as \`${other}\`. Choose an empty or a new folder.`,
    { path: folder },
  );
}

function checkDecisive(folder: string, before: JsonObject, now: JsonObject): void {
  const differences = jsonDifferences(before, now);
  if (differences.length === 0) return;
  throw new PipelineError(
    'ERR_CONFIG',
    `The run in \`${folder}\` was begun with other options: ${differences.join('; ')}. ` +
      'Continue with the same, or choose another folder.',
    { path: folder },
  );
}

function runAlready(folder: string): PipelineError {
  return new PipelineError(
    'ERR_CONFIG',
    `\`${folder}\` holds a run already. Continue it with \`resume: true\`, or choose another folder.`,
    { path: folder, options: ['resume'] },
  );
}
