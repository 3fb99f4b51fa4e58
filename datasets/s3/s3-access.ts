import { messageOf, PipelineError } from '../../operators/errors.ts';
import type { HttpAnswer, HttpRequest, MakeRequest } from '../http/http-transport.ts';
import { errorCodeOf } from '../http/server-error.ts';
import type { Environment } from './aws-profile.ts';
import { keyFault, s3Address, s3Query } from './s3-address.ts';
import { s3Credentials, type S3Credentials, type S3CredentialOptions } from './s3-credentials.ts';
import { type S3Asked, s3Failure } from './s3-failure.ts';
import { readS3Settings, regionPattern, type S3Settings } from './s3-settings.ts';
import { requestSigner } from './sign-request.ts';

/** What is asked of a bucket. */
export interface S3Request {
  readonly method: HttpRequest['method'];
  /** Key of an object; absent of the bucket itself. */
  readonly key?: string | undefined;
  readonly query?: Readonly<Record<string, string>> | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** One sending of a request, each try of it signed anew. */
export interface S3Sending {
  readonly make: MakeRequest;
  /** See `SendOptions.again`: for another region once, and once with fresh credentials. */
  readonly again: (answer: HttpAnswer) => Promise<boolean>;
  /** What it asks, for messages: known once a try was made. */
  asked(): S3Asked;
}

/** Access to a bucket: where it is, and the keys to it. */
export interface S3Access {
  sending(request: S3Request): S3Sending;
  /** Region that the bucket turned out to be in, other than the one that was set; undefined while that is right. */
  foundRegion(): string | undefined;
}

/** Errors that fresh credentials may be the answer to. */
const expiries = new Set(['ExpiredToken', 'TokenRefreshRequired']);

/** Access to a bucket by the settings and credentials of the environment. */
export function s3Access(bucket: string, options: S3CredentialOptions = {}): S3Access {
  const name = `s3://${bucket}`;
  const env: Environment = options.env ?? process.env;
  const credentials = s3Credentials(options);
  const sign = requestSigner();
  let settings: Promise<S3Settings> | undefined;
  let foundRegion: string | undefined;

  const told = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      throw new PipelineError('ERR_DATASET', `Could not open \`${name}\`: ${messageOf(error)}`, {
        path: name,
        cause: error,
      });
    }
  };

  const sending = (request: S3Request): S3Sending => {
    let used: S3Credentials | undefined;
    let region = '';
    let asked: S3Asked = { name, host: 'S3', origin: undefined };
    let [moves, renewals] = [0, 0];
    return {
      asked: () => asked,
      make: async () => {
        const fault = request.key === undefined ? undefined : keyFault(request.key);
        if (fault !== undefined) throw new Error(fault);
        settings ??= readS3Settings(bucket, env);
        const now = await told(settings);
        used = now.isUnsigned ? undefined : await told(credentials.current());
        region = foundRegion ?? now.region;
        const unsigned = requestOf(bucket, request, now, region);
        asked = { name, host: new URL(unsigned.url).host, origin: used?.origin };
        return used === undefined ? unsigned : await sign(unsigned, used, region);
      },
      again: async (answer) => {
        const other = regionOf(answer);
        if (other !== undefined && other !== region && moves === 0) {
          moves += 1;
          foundRegion = other;
          return true;
        }
        const isExpired = expiries.has(errorCodeOf(answer) ?? '');
        if (isExpired && used !== undefined && renewals === 0) {
          renewals += 1;
          if (await told(credentials.renew(used))) return true;
        }
        const failure = s3Failure(asked, answer);
        if (failure !== undefined) throw failure;
        return false;
      },
    };
  };
  return { sending, foundRegion: () => foundRegion };
}

function requestOf(
  bucket: string,
  { method, key, query = {}, headers = {} }: S3Request,
  settings: S3Settings,
  region: string,
): HttpRequest {
  const search = s3Query(query);
  const url = s3Address(bucket, key, settings, region) + (search === '' ? '' : `?${search}`);
  const payer = settings.isPaid ? { 'x-amz-request-payer': 'requester' } : {};
  return { method, url, headers: { ...headers, ...payer } };
}

/** Region that a server names when a request came to another: in a header, or in the text of its error. */
function regionOf({ status, headers, bytes }: HttpAnswer): string | undefined {
  if (![301, 307, 308, 400].includes(status)) return undefined;
  const text = new TextDecoder().decode(bytes.subarray(0, 4096));
  const named =
    headers['x-amz-bucket-region'] ??
    /<Region>(?<region>[^<]*)<\/Region>/u.exec(text)?.groups?.['region'];
  return named !== undefined && regionPattern.test(named) ? named : undefined;
}
