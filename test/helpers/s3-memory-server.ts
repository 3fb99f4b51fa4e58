import type { ServerResponse } from 'node:http';
import type { ExecutionContext } from 'ava';
import {
  etagOf,
  type Intercept,
  type ObjectServer,
  objectServer,
  type ObjectServerOptions,
} from './object-server.ts';
import { s3Environment } from './s3-servers.ts';

/** A server in memory that lists as S3 does, and looks at no signature. */
export interface S3MemoryServer extends ObjectServer {
  /** Variables of the environment by which it is found. */
  readonly env: Readonly<Record<string, string>>;
}

/** Serves a bucket called `bucket` until the test has ended; objects are `bucket/key`. */
export async function s3MemoryServer(
  t: Pick<ExecutionContext, 'teardown'>,
  {
    intercept,
    pageSize = 1000,
    ...options
  }: ObjectServerOptions & { readonly pageSize?: number } = {},
): Promise<S3MemoryServer> {
  const listing: Intercept = async (request, response, number) => {
    if ((await intercept?.(request, response, number)) === true) return true;
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://server');
    if (searchParams.get('list-type') !== '2') return false;
    sendXml(response, 200, page(server.objects, pathname.slice(1), searchParams, pageSize));
    return true;
  };
  const server = await objectServer(t, { ...options, intercept: listing });
  return Object.assign(server, { env: s3Environment(server.origin, 'key-id', 'secret-key') });
}

/** Answers with a document. */
export function sendXml(response: ServerResponse, status: number, body: string): void {
  const headers = { 'content-type': 'application/xml', 'content-length': Buffer.byteLength(body) };
  response.writeHead(status, headers);
  response.end(body);
}

function page(
  objects: ReadonlyMap<string, Uint8Array>,
  bucket: string,
  asked: URLSearchParams,
  pageSize: number,
): string {
  const prefix = `${bucket}/${asked.get('prefix') ?? ''}`;
  const after = asked.get('continuation-token') ?? '';
  const keys = [...objects.keys()].filter((key) => key.startsWith(prefix));
  const sorted = keys.toSorted((one, other) =>
    Buffer.compare(Buffer.from(one), Buffer.from(other)),
  );
  const begin = after === '' ? 0 : sorted.indexOf(after) + 1;
  const some = sorted.slice(begin, begin + pageSize);
  const isCut = begin + pageSize < sorted.length;
  const contents = some.map((name) => listed(name.slice(bucket.length + 1), objects.get(name)!));
  const token = isCut
    ? `<NextContinuationToken>${encodeURI(some.at(-1)!)}</NextContinuationToken>`
    : '';
  return (
    `<?xml version="1.0"?>\n<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">` +
    `<EncodingType>url</EncodingType><IsTruncated>${isCut}</IsTruncated>${token}${contents.join('')}</ListBucketResult>`
  );
}

function listed(key: string, bytes: Uint8Array): string {
  const etag = etagOf(bytes).replaceAll('"', '&quot;');
  return (
    `<Contents><Key>${encodeURIComponent(key)}</Key><Size>${bytes.length}</Size>` +
    `<LastModified>2026-01-01T00:00:00.000Z</LastModified><ETag>${etag}</ETag></Contents>`
  );
}
