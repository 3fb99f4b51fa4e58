import { PipelineError } from '../../operators/errors.ts';
import type { HttpAnswer } from '../http/http-transport.ts';
import { errorCodeOf } from '../http/server-error.ts';

/** What a failure is told with: nothing of it is a secret. */
export interface S3Asked {
  /** Location of the bucket: `s3://bucket`. */
  readonly name: string;
  /** Host that was asked. */
  readonly host: string;
  /** Where the credentials came from; undefined of requests without any. */
  readonly origin: string | undefined;
}

/** Of errors about the store: the reason and the way out. */
const ofStore: Readonly<Record<string, (asked: S3Asked, answer: HttpAnswer) => string>> = {
  InvalidAccessKeyId: ({ origin }) => `it knows no access key as that of ${origin}`,
  SignatureDoesNotMatch: ({ origin }) =>
    `the secret access key of ${origin} is not that of its access key, or a proxy changes requests`,
  ExpiredToken: ({ origin }) => expired(origin),
  TokenRefreshRequired: ({ origin }) => expired(origin),
  InvalidToken: ({ origin }) =>
    `the session token of ${origin} is of no use: a key that has none needs \`AWS_SESSION_TOKEN\` unset`,
  RequestTimeTooSkewed: (_, answer) => skewed(answer),
  NoSuchBucket: () => 'there is no such bucket. Another server is named by `AWS_ENDPOINT_URL_S3`',
  InvalidBucketName: () => 'the server takes no bucket of that name',
  PermanentRedirect: elsewhere,
  TemporaryRedirect: elsewhere,
  AuthorizationHeaderMalformed: elsewhere,
  AccountProblem: () => 'there is a problem with the account',
  AllAccessDisabled: () => 'all access to the bucket is disabled',
};

/**
 * The error for an answer of S3 that speaks of the store, or is told better than by its code; undefined for any other.
 *
 * @returns `PipelineError` `ERR_DATASET` about the store; `Error` about one object.
 */
export function s3Failure(asked: S3Asked, answer: HttpAnswer): Error | undefined {
  const isRedirect = [301, 307, 308].includes(answer.status);
  const code = errorCodeOf(answer) ?? (isRedirect ? 'PermanentRedirect' : undefined);
  if (code === undefined) return undefined;
  const text = Object.hasOwn(ofStore, code) ? ofStore[code]!(asked, answer) : undefined;
  if (text !== undefined) return storeError(asked, `${text} (${answer.status} ${code})`);
  if (code === 'InvalidObjectState') {
    return new Error('it is archived, as of storage class GLACIER: restore it first');
  }
  if (code === 'AccessDenied' && asked.origin === undefined) {
    return new Error('access is denied without credentials: `AWS_NO_SIGN_REQUEST` is set');
  }
  return undefined;
}

/** An error about the store. */
export function storeError(
  { name, host }: S3Asked,
  reason: string,
  cause?: unknown,
): PipelineError {
  return new PipelineError('ERR_DATASET', `Could not read \`${name}\` from ${host}: ${reason}`, {
    path: name,
    ...(cause === undefined ? {} : { cause }),
  });
}

function expired(origin: string | undefined): string {
  return `the credentials of ${origin} have expired, and reading them anew gave the same: sign on again, then go on`;
}

function elsewhere(): string {
  return 'the bucket is in another region, or at another endpoint: set `AWS_REGION` or `AWS_ENDPOINT_URL_S3`';
}

function skewed({ headers }: HttpAnswer): string {
  const told = Date.parse(headers['date'] ?? '');
  const minutes = Math.round((Date.now() - told) / 60_000);
  const off = Number.isNaN(minutes)
    ? 'differs from that of the server'
    : `is ${Math.abs(minutes)} min ${minutes < 0 ? 'behind' : 'ahead of'} that of the server`;
  return `the clock of this machine ${off}: set it, such as by NTP`;
}
