import type { HttpRequest } from '../http/http-transport.ts';
import type { S3Credentials } from './s3-credentials.ts';

/** Signs requests of S3 (AWS Signature Version 4). */
export type SignRequest = (
  request: HttpRequest,
  credentials: S3Credentials,
  region: string,
) => Promise<HttpRequest>;

/** Signatures by `aws4fetch`, which keeps the key of a day. */
export function requestSigner(): SignRequest {
  let day = '';
  let cache = new Map<string, ArrayBuffer>();
  return async (request, { accessKeyId, secretAccessKey, sessionToken }, region) => {
    const { AwsV4Signer } = await import('aws4fetch');
    const datetime = new Date().toISOString().replaceAll(/[:-]|\.\d{3}/gu, '');
    if (!datetime.startsWith(day) || day === '' || cache.size > 64) {
      day = datetime.slice(0, 8);
      cache = new Map();
    }
    const signer = new AwsV4Signer({
      ...request,
      accessKeyId,
      secretAccessKey,
      ...(sessionToken === undefined ? {} : { sessionToken }),
      service: 's3',
      region,
      cache,
      datetime,
    });
    const { headers } = await signer.sign();
    return { ...request, headers: Object.fromEntries(headers) };
  };
}
