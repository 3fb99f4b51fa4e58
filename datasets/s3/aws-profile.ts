import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { messageOf } from '../../operators/errors.ts';
import { isMissing } from '../../operators/files/system-error.ts';
import { type IniSections, readIni } from './ini-file.ts';

/** Largest file of settings that is read: 1 MiB. */
const maxBytes = 2 ** 20;

/** Variables of the environment. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A profile of `~/.aws/credentials` and `~/.aws/config`. */
export interface AwsProfile {
  readonly name: string;
  /** Whether either file has it. */
  readonly isFound: boolean;
  /** Its section of the file of credentials. */
  readonly credentials: ReadonlyMap<string, string>;
  /** Its section of the file of settings, with the services that it names. */
  readonly config: ReadonlyMap<string, string>;
  /** The two files, for messages. */
  readonly files: readonly [credentials: string, config: string];
}

/**
 * Reads the profile that `AWS_PROFILE` names, or `default`.
 *
 * @throws {Error} When a file is there and cannot be read: the message names it, and nothing that it holds.
 */
export async function readAwsProfile(env: Environment): Promise<AwsProfile> {
  const name = given(env, 'AWS_PROFILE') ?? 'default';
  const fileOf = (variable: string, usual: string): string =>
    given(env, variable) ?? path.join(os.homedir(), '.aws', usual);
  const files = [
    fileOf('AWS_SHARED_CREDENTIALS_FILE', 'credentials'),
    fileOf('AWS_CONFIG_FILE', 'config'),
  ] as const;
  const [credentials, config] = [await sectionsOf(files[0]), await sectionsOf(files[1])];
  const own = config.get(`profile ${name}`) ?? (name === 'default' ? config.get(name) : undefined);
  const services = config.get(`services ${own?.get('services') ?? ''}`) ?? new Map();
  return {
    name,
    isFound: own !== undefined || credentials.has(name),
    credentials: credentials.get(name) ?? new Map(),
    config: new Map<string, string>([...services, ...(own ?? [])]),
    files,
  };
}

/** A variable that is set and not empty. */
export function given(env: Environment, name: string): string | undefined {
  const value = env[name];
  return value === '' ? undefined : value;
}

async function sectionsOf(file: string): Promise<IniSections> {
  try {
    const { size } = await fs.stat(file);
    if (size > maxBytes) throw new Error(`it is larger than ${maxBytes} bytes`);
    return readIni(await fs.readFile(file, 'utf8'));
  } catch (error) {
    if (isMissing(error)) return new Map();
    throw new Error(`\`${file}\` cannot be read: ${messageOf(error)}`, { cause: error });
  }
}
