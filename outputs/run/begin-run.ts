import fs from 'node:fs/promises';
import path from 'node:path';
import { PipelineError } from '../../operators/errors.ts';
import { jsonDifferences, jsonHash, type JsonObject } from '../../operators/files/json.ts';
import { lockName } from '../../operators/files/lock-file.ts';
import { partialSuffix } from '../../operators/files/partial-file.ts';
import { producer } from '../files/producer.ts';
import {
  type ComparedRun,
  haveSameOptions,
  type RunDifferences,
  runDifferences,
} from './run-differences.ts';
import {
  readSavedConfig,
  type RunExtension,
  type SavedConfig,
  writeSavedConfig,
} from './saved-config.ts';

/** Configuration of a run, and what of it may differ from the run that is there. */
export interface RunIdentity {
  /** All resolved options that decide the result, as JSON can hold them. Undefined fields count as absent. */
  readonly config: object;
  /** Options as they were given, kept beside `config` for whoever continues the run. @default none */
  readonly options?: object | undefined;
  /** Continue a run that was begun; one that is not there is begun. @default false */
  readonly resume?: boolean | undefined;
  /** Fields of `options` that make a field of `config`, where they are not the one of its name: differences are told by them. */
  readonly optionsOf?: Readonly<Record<string, readonly string[]>> | undefined;
  /** Fields of `config` that may change on continuing, such as where the data is. @default none */
  readonly mayChange?: readonly string[] | undefined;
  /** Field of `config` that counts the steps: on continuing it may rise, which extends the run. @default none */
  readonly mayGrow?: string | undefined;
  /** Versions worth noting beside ours and Node's, such as the engine's. */
  readonly versions?: Readonly<Record<string, string>> | undefined;
}

/** A run as it was begun or is continued. */
export interface BegunRun {
  /** Hash of the configuration that the run was begun with: extensions leave it as it is. */
  readonly configHash: string;
  /** Versions and options that have changed since the run began. */
  readonly notes: readonly string[];
  /** All extensions of the run, in the order in which they were made. */
  readonly extended: readonly RunExtension[];
  /** The one among them that was made now. */
  readonly extension: RunExtension | undefined;
}

/**
 * Begins a run in an empty folder, or continues the one that is there, and saves its configuration.
 *
 * @param folder Locked by the caller.
 * @param step Steps behind the checkpoint that it goes on from.
 * @throws {PipelineError} `ERR_CONFIG` when it holds other files, another run, or one that is not to be continued, or
 * not for fewer steps than it has.
 */
export async function beginOrContinueRun(
  folder: string,
  options: RunIdentity,
  step = 0,
): Promise<BegunRun> {
  const { resume = false, mayChange = [], mayGrow, optionsOf = {} } = options;
  // As it will be read back: undefined fields are gone.
  const config = JSON.parse(JSON.stringify(options.config)) as JsonObject;
  const given = { options: options.options as JsonObject | undefined };
  const versions = { sincere: producer, node: process.versions.node, ...options.versions };

  const names = (await fs.readdir(folder)).filter((name) => name !== lockName);
  const saved = await readSavedConfig(folder);
  if (saved === undefined) {
    checkEmpty(folder, names);
    const hash = jsonHash(without(config, mayChange));
    await writeSavedConfig(folder, { hash, versions, config, ...given });
    return { configHash: hash, notes: [], extended: [], extension: undefined };
  }
  if (!resume) throw runAlready(folder);
  const inOwnWay = mayGrow === undefined ? mayChange : [...mayChange, mayGrow];
  const [were, are] = [saved, { config, ...given }].map((run) => ({
    config: without(run.config, inOwnWay),
    options: run.options,
  })) as [ComparedRun, ComparedRun];
  checkDecisive(folder, runDifferences(were, are, optionsOf));
  const extension = extensionOf(folder, { saved, config, mayGrow, step });
  const before = saved.extended ?? [];
  const extended = extension === undefined ? before : [...before, extension];
  const partial = names.filter((name) => name.endsWith(partialSuffix));
  for (const name of partial) await fs.rm(path.join(folder, name));
  const changes = [
    ...jsonDifferences(saved.versions, versions, 'versions'),
    ...mayChange.flatMap((field) => {
      const behind = optionsOf[field];
      if (behind !== undefined && haveSameOptions(were, are, behind)) return [];
      return runDifferences(
        { ...were, config: { [field]: saved.config[field] } },
        { ...are, config: { [field]: config[field] } },
        optionsOf,
      ).texts;
    }),
  ];
  const begunWith =
    mayGrow === undefined ? {} : { [mayGrow]: extended[0]?.from ?? config[mayGrow] };
  const hash = jsonHash(without({ ...config, ...begunWith }, mayChange));
  const now: SavedConfig = { hash, versions, config, ...given, extended };
  if (jsonDifferences(saved, { ...now }).length > 0) await writeSavedConfig(folder, now);
  const notes = changes.map((change) => `Changed since the run began: ${change}.`);
  return { configHash: hash, notes, extended, extension };
}

interface Continued {
  readonly saved: SavedConfig;
  readonly config: JsonObject;
  readonly mayGrow: string | undefined;
  readonly step: number;
}

/** The extension that a continued run asks for; undefined when it has as many steps as before. */
function extensionOf(
  folder: string,
  { saved, config, mayGrow, step }: Continued,
): RunExtension | undefined {
  if (mayGrow === undefined) return undefined;
  const [from, to] = [Number(saved.config[mayGrow]), Number(config[mayGrow])];
  if (to < from) throw fewer(folder, mayGrow, from, to);
  return to === from ? undefined : { at: step, from, to };
}

function fewer(folder: string, field: string, from: number, to: number): PipelineError {
  return new PipelineError(
    'ERR_CONFIG',
    `The run in \`${folder}\` has \`${field}: ${from}\`, and cannot be continued with \`${field}: ${to}\`: ` +
      `what it is planned with may rise, not fall. Leave out \`${field}\`, or choose another folder.`,
    { path: folder, options: [field] },
  );
}

function without(config: JsonObject, left: readonly string[] | string = []): JsonObject {
  const keys = new Set([left].flat());
  return Object.fromEntries(Object.entries(config).filter(([key]) => !keys.has(key)));
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

function checkDecisive(folder: string, { texts, options }: RunDifferences): void {
  if (texts.length === 0) return;
  throw new PipelineError(
    'ERR_CONFIG',
    `The run in \`${folder}\` was begun with other options: ${texts.join('; ')}. ` +
      'Continue with the same, or choose another folder.',
    { path: folder, options },
  );
}

function runAlready(folder: string): PipelineError {
  return new PipelineError(
    'ERR_CONFIG',
    `\`${folder}\` holds a run already. Continue it with \`resume: true\`, or choose another folder.`,
    { path: folder, options: ['resume'] },
  );
}
