import { messageOf } from '../../operators/errors.ts';
import { errorCode } from '../../operators/files/system-error.ts';
import { type AwsProfile, type Environment, given, readAwsProfile } from './aws-profile.ts';

/** Keys that requests are signed with. */
export interface S3Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string | undefined;
  /** Where they came from, for messages: `the environment`. */
  readonly origin: string;
}

/** Credentials of a store, read where they are kept. */
export interface S3CredentialSource {
  /** Those to sign with now. @throws {Error} When there are none: the message says how to give some. */
  current(): Promise<S3Credentials>;
  /** Reads anew what a server called expired. @returns Whether others came than those. */
  renew(expired: S3Credentials): Promise<boolean>;
}

/** Module that finds credentials wherever AWS keeps them: an optional peer. */
export const chainModule = '@aws-sdk/credential-provider-node';

/** What `s3Credentials` reads: of tests, all of it. */
export interface S3CredentialOptions {
  readonly env?: Environment | undefined;
  /** Imports `chainModule`. */
  readonly importChain?: (() => Promise<unknown>) | undefined;
}

/** Settings of a profile that only the chain can follow, and that come before keys in the file of credentials. */
const followed = ['role_arn', 'web_identity_token_file', 'sso_session', 'sso_start_url'] as const;
/** Those that come after them. */
const runs = ['credential_process', 'login_session'] as const;

/**
 * Credentials from the environment, else from a profile of `~/.aws`, else by the chain of AWS: single sign-on, web identity,
 * containers and instances, for which the optional package `@aws-sdk/credential-provider-node` is asked.
 */
export function s3Credentials(options: S3CredentialOptions = {}): S3CredentialSource {
  const { env = process.env } = options;
  const importChain =
    options.importChain ?? (async (): Promise<unknown> => await import(chainModule));
  // Read once, and by one reader; what failed is read again by who asks next.
  let reading: Promise<Ask> | undefined;
  const read = (): Promise<Ask> => {
    const begun = (reading ??= openSource(env, importChain));
    begun.catch(() => {
      if (reading === begun) reading = undefined;
    });
    return begun;
  };
  let renewing: Promise<void> | undefined;
  const current = async (): Promise<S3Credentials> =>
    environmentKeys(env) ?? (await (await read())());
  return {
    current,
    async renew(expired) {
      if (!isSame(await current(), expired)) return true;
      if (environmentKeys(env) !== undefined) return false;
      renewing ??= (async () => {
        reading = undefined;
        await read();
      })().finally(() => (renewing = undefined));
      await renewing;
      return !isSame(await current(), expired);
    },
  };
}

/** Asks a source that was opened: the keys of a file, or those that a chain has now. */
type Ask = () => Promise<S3Credentials>;

function isSame(one: S3Credentials, other: S3Credentials): boolean {
  return one.accessKeyId === other.accessKeyId && one.sessionToken === other.sessionToken;
}

function environmentKeys(env: Environment): S3Credentials | undefined {
  const names = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'] as const;
  const [accessKeyId, secretAccessKey, sessionToken] = names.map((name) => given(env, name));
  if (accessKeyId === undefined && secretAccessKey === undefined) return undefined;
  return checked({ accessKeyId, secretAccessKey, sessionToken, origin: 'the environment' }, names);
}

async function openSource(env: Environment, importChain: () => Promise<unknown>): Promise<Ask> {
  const profile = await readAwsProfile(env);
  if (given(env, 'AWS_PROFILE') !== undefined && !profile.isFound) {
    throw new Error(
      `there is no profile \`${profile.name}\`, which \`AWS_PROFILE\` names, in ` +
        `\`${profile.files[0]}\` or \`${profile.files[1]}\``,
    );
  }
  const has = (names: readonly string[]): boolean =>
    names.some((name) => profile.config.has(name) || profile.credentials.has(name));
  const keys = has(followed) ? undefined : profileKeys(profile);
  if (keys !== undefined) return async () => keys;
  return await openChain(profile, importChain, has([...followed, ...runs]));
}

function profileKeys({ name, credentials, config, files }: AwsProfile): S3Credentials | undefined {
  const names = ['aws_access_key_id', 'aws_secret_access_key', 'aws_session_token'] as const;
  for (const [at, section] of [credentials, config].entries()) {
    if (!section.has(names[0]) && !section.has(names[1])) continue;
    const [accessKeyId, secretAccessKey, sessionToken] = names.map((key) => section.get(key));
    const origin = `profile \`${name}\` of \`${files[at]!}\``;
    return checked({ accessKeyId, secretAccessKey, sessionToken, origin }, names);
  }
  return undefined;
}

/** Refuses half of what is needed, and what no key is: its text would break a header. */
function checked(
  keys: Readonly<Partial<Record<keyof S3Credentials, string | undefined>>> & { origin: string },
  [idName, secretName, tokenName]: readonly [string, string, string],
): S3Credentials {
  const { accessKeyId, secretAccessKey, sessionToken, origin } = keys;
  if (!accessKeyId || !secretAccessKey) {
    const [has, lacks] = accessKeyId ? [idName, secretName] : [secretName, idName];
    throw new Error(`${origin} has \`${has}\` and no \`${lacks}\``);
  }
  for (const [name, text] of [
    [idName, accessKeyId],
    [secretName, secretAccessKey],
    [tokenName, sessionToken ?? '-'],
  ] as const) {
    if (!/^[!-~]+$/u.test(text)) {
      throw new Error(
        `\`${name}\` of ${origin} has characters that no key has, such as spaces or ends of lines`,
      );
    }
  }
  return { accessKeyId, secretAccessKey, sessionToken: sessionToken || undefined, origin };
}

async function openChain(
  { name, isFound, files }: AwsProfile,
  importChain: () => Promise<unknown>,
  isNeeded: boolean,
): Promise<Ask> {
  const open = await chainOf(importChain);
  if (open === undefined && isNeeded) {
    throw new Error(
      `profile \`${name}\` signs on, takes a role or runs a program, for which the optional package ` +
        `\`${chainModule}\` is needed: \`npm install ${chainModule}\``,
    );
  }
  if (open === undefined) {
    throw new Error(
      'no credentials were found: set `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`, or write them to ' +
        `profile \`${name}\` of \`${files[0]}\`. For single sign-on, roles, containers and instances, ` +
        `\`npm install ${chainModule}\`. For a public bucket, set \`AWS_NO_SIGN_REQUEST=yes\``,
    );
  }
  const chain = open(isFound ? { profile: name } : {});
  return async () => await fromChain(chain);
}

async function fromChain(chain: () => Promise<unknown>): Promise<S3Credentials> {
  const none = 'no credentials were found by the chain of AWS';
  let found: unknown;
  try {
    found = await chain();
  } catch (error) {
    // Without the error itself: what a foreign package puts into one is not known.
    // oxlint-disable-next-line eslint/preserve-caught-error -- it may hold a secret
    throw new Error(
      `${none} (${errorName(error)}): sign on, or set \`AWS_ACCESS_KEY_ID\` and \`AWS_SECRET_ACCESS_KEY\``,
    );
  }
  if (typeof found !== 'object' || found === null) throw new Error(none);
  const { accessKeyId, secretAccessKey, sessionToken } = found as Record<
    string,
    string | undefined
  >;
  const names = ['accessKeyId', 'secretAccessKey', 'sessionToken'] as const;
  return checked({ accessKeyId, secretAccessKey, sessionToken, origin: 'the chain of AWS' }, names);
}

function errorName(error: unknown): string {
  return error instanceof Error ? error.name : 'unknown error';
}

/** Opens the chain; undefined when it is not installed. */
async function chainOf(
  importChain: () => Promise<unknown>,
): Promise<((init: object) => () => Promise<unknown>) | undefined> {
  let module: unknown;
  try {
    module = await importChain();
  } catch (error) {
    if (errorCode(error) === 'ERR_MODULE_NOT_FOUND' && messageOf(error).includes(chainModule)) {
      return undefined;
    }
    throw new Error(`\`${chainModule}\` cannot be loaded: ${messageOf(error)}`, { cause: error });
  }
  const { defaultProvider } = module as { defaultProvider?: unknown };
  if (typeof defaultProvider !== 'function') {
    throw new Error(`\`${chainModule}\` has no \`defaultProvider\`: another version is needed`);
  }
  return defaultProvider as (init: object) => () => Promise<unknown>;
}
