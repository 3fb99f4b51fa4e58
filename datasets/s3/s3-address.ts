import type { S3Settings } from './s3-settings.ts';

/** Bucket and key of an `s3:` location. */
export interface S3Location {
  readonly bucket: string;
  /** As it is: nothing in it is escaped. */
  readonly key: string;
}

/**
 * Reads `s3://bucket/key`, in which nothing is escaped.
 *
 * @throws {RangeError} When it names no bucket. It is not shown, as it may hold a password.
 */
export function readS3Location(location: string): S3Location {
  const { bucket, key = '' } =
    /^s3:\/\/(?<bucket>[^/]*)(?:\/(?<key>[\s\S]*))?$/iu.exec(location)?.groups ?? {};
  if (bucket !== undefined && /^[a-z0-9][a-z0-9._-]{1,253}[a-z0-9]$/iu.test(bucket)) {
    return { bucket, key };
  }
  if (bucket?.includes('@') === true) {
    throw new RangeError(
      'Expected a location `s3://bucket/key` without user and password: keys are read from the environment or a profile',
    );
  }
  throw new RangeError(
    'Expected a location that begins with `s3:` to be `s3://bucket` or `s3://bucket/key`, with a bucket of 3 to 255 ' +
      'letters, digits, `.`, `-` and `_`',
  );
}

/** Why a key cannot be asked for by a URL; undefined when it can. */
export function keyFault(key: string): string | undefined {
  if (/\p{Surrogate}/u.test(key)) return 'its key is no Unicode text';
  const dots = key.split('/').find((segment) => segment === '.' || segment === '..');
  if (dots === undefined) return undefined;
  return `its key has \`${dots}\` between slashes, which no URL keeps`;
}

/** URL of an object, or of a bucket where there is no key. */
export function s3Address(
  bucket: string,
  key: string | undefined,
  { endpoint, isPathStyle, variant }: S3Settings,
  region: string,
): string {
  const path = key === undefined ? '' : key.split('/').map(escaped).join('/');
  const top = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  const base = endpoint ?? `https://s3${variant}.${region}.${top}`;
  if (isPathStyle) return `${base}/${bucket}${key === undefined ? '' : '/'}${path}`;
  return `${base.replace('://', `://${bucket}.`)}/${path}`;
}

/** A query as it is signed: everything but letters, digits and `-._~` is escaped. */
export function s3Query(settings: Readonly<Record<string, string>>): string {
  return Object.entries(settings)
    .map(([name, value]) => `${escaped(name)}=${escaped(value)}`)
    .join('&');
}

function escaped(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/gu,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
