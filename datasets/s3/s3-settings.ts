import { type AwsProfile, type Environment, given, readAwsProfile } from './aws-profile.ts';

/** Where a bucket is asked for, and how. */
export interface S3Settings {
  /** URL of another server than AWS's, without a slash at its end. */
  readonly endpoint: string | undefined;
  /** Region that requests are signed for, until a server names another. */
  readonly region: string;
  /** Bucket in the path, instead of in the name of the host. */
  readonly isPathStyle: boolean;
  /** Requests without credentials, of public buckets. */
  readonly isUnsigned: boolean;
  /** Whoever asks pays for what is read. */
  readonly isPaid: boolean;
  /** Ending of the host's first word, such as `-fips`. */
  readonly variant: string;
}

/** A name of a region. */
export const regionPattern: RegExp = /^[a-z0-9][a-z0-9-]{0,62}$/u;

/**
 * Settings of S3 from the environment, else from the profile that it names.
 *
 * @throws {Error} When one of them is of no use, or the files of profiles cannot be read.
 */
export async function readS3Settings(bucket: string, env: Environment): Promise<S3Settings> {
  const profile = await readAwsProfile(env);
  const endpoint = endpointOf(env, profile);
  return {
    endpoint,
    region: regionOf(env, profile),
    isPathStyle: isPathStyle(bucket, endpoint, profile),
    isUnsigned: isYes(env, 'AWS_NO_SIGN_REQUEST'),
    isPaid: isPaid(env),
    variant: variantOf(env),
  };
}

function endpointOf(env: Environment, { config }: AwsProfile): string | undefined {
  const inFiles = isYes(env, 'AWS_IGNORE_CONFIGURED_ENDPOINT_URLS')
    ? undefined
    : (config.get('s3.endpoint_url') ?? config.get('endpoint_url'));
  const endpoint = given(env, 'AWS_ENDPOINT_URL_S3') ?? given(env, 'AWS_ENDPOINT_URL') ?? inFiles;
  if (endpoint === undefined) return undefined;
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  const isWeb = url !== undefined && /^https?:$/u.test(url.protocol);
  if (!isWeb || url.username + url.password + url.search + url.hash !== '') {
    // Not shown: it may have a password.
    throw new Error(
      'Expected the endpoint of S3, as in `AWS_ENDPOINT_URL_S3`, to be a URL such as `https://s3.example.org`, without ' +
        'user, password and query',
    );
  }
  return `${url.origin}${url.pathname}`.replace(/\/+$/u, '');
}

function regionOf(env: Environment, { config }: AwsProfile): string {
  // Where AWS's buckets are asked for without a region: the server names theirs.
  const region =
    given(env, 'AWS_REGION') ??
    given(env, 'AWS_DEFAULT_REGION') ??
    config.get('region') ??
    'us-east-1';
  if (regionPattern.test(region)) return region;
  throw new Error(
    'Expected the region of S3, as in `AWS_REGION`, to be a name such as `eu-west-1`',
  );
}

function isPathStyle(
  bucket: string,
  endpoint: string | undefined,
  { config }: AwsProfile,
): boolean {
  // A certificate is for one word before the host, and hosts have no underscores and capitals.
  if (!/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/u.test(bucket)) return true;
  const style = config.get('s3.addressing_style') ?? 'auto';
  if (style === 'path' || style === 'virtual') return style === 'path';
  if (style === 'auto') return endpoint !== undefined;
  throw new Error('Expected `addressing_style` of S3 to be `auto`, `path` or `virtual`');
}

function isPaid(env: Environment): boolean {
  const payer = given(env, 'AWS_REQUEST_PAYER');
  if (payer === undefined || payer === 'requester') return payer !== undefined;
  throw new Error('Expected `AWS_REQUEST_PAYER` to be `requester`');
}

function variantOf(env: Environment): string {
  const fips = isYes(env, 'AWS_USE_FIPS_ENDPOINT') ? '-fips' : '';
  return fips + (isYes(env, 'AWS_USE_DUALSTACK_ENDPOINT') ? '.dualstack' : '');
}

function isYes(env: Environment, name: string): boolean {
  const value = given(env, name)?.toLowerCase() ?? 'no';
  if (['yes', 'true', '1', 'on'].includes(value)) return true;
  if (['no', 'false', '0', 'off'].includes(value)) return false;
  throw new Error(`Expected \`${name}\` to be \`yes\` or \`no\``);
}
