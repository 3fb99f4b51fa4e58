import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ExecutionContext } from 'ava';

/** What goes wrong with one request. */
export type Fault =
  /** Another answer: a storm of 503, a redirect, 200 with an error document. */
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
    }
  /** The connection ends in the middle of the body, at this share of it. */
  | { readonly kind: 'cut'; readonly share: number }
  /** The body stops at this share of it, and the connection stays open. */
  | { readonly kind: 'stall'; readonly share: number }
  /** Nothing comes for so long. */
  | { readonly kind: 'slow'; readonly ms: number }
  /** Nothing ever comes. */
  | { readonly kind: 'silent' }
  /** The object has another ETag, and no longer that which was asked for. */
  | { readonly kind: 'changed' }
  /** The connection is reset before an answer. */
  | { readonly kind: 'reset' };

/** Kinds of faults that a client repairs by itself, as an S3 store shows them. */
export const repairable: Readonly<Record<string, Fault>> = {
  '503': { kind: 'answer', status: 503, body: errorDocument('SlowDown') },
  '500': { kind: 'answer', status: 500, body: errorDocument('InternalError') },
  '200 with an error body': { kind: 'answer', status: 200, body: errorDocument('InternalError') },
  cut: { kind: 'cut', share: 0.5 },
  reset: { kind: 'reset' },
  slow: { kind: 'slow', ms: 150 },
};

/** An error document of S3. */
export function errorDocument(code: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>no</Message></Error>`;
}

/** A proxy before an HTTP server. */
export interface FaultProxy {
  /** `http://127.0.0.1:…`, to be asked in place of the server. */
  readonly origin: string;
  /** Requests so far. */
  readonly requests: number;
  /** Bytes of bodies that it passed on. */
  readonly bytes: number;
  /** Largest number of requests under way at once. */
  readonly mostAtOnce: number;
}

/** Options of `faultProxy`. */
export interface FaultProxyOptions {
  /** Origin of the server. */
  readonly target: string;
  /** What goes wrong with a request, by its number from 0 and its method and path; undefined: nothing. */
  readonly plan: (
    number: number,
    request: { readonly method: string; readonly url: string },
  ) => Fault | undefined;
  /** Latency of every request in milliseconds. @default 0 */
  readonly latencyMs?: number;
}

/** Stands before a server until the test has ended. `Host` is passed on as it came, so that signatures hold. */
export async function faultProxy(
  t: Pick<ExecutionContext, 'teardown'>,
  { target, plan, latencyMs = 0 }: FaultProxyOptions,
): Promise<FaultProxy> {
  const agent = new http.Agent({ keepAlive: true });
  const counts = { requests: 0, bytes: 0, now: 0, mostAtOnce: 0 };
  const server = http.createServer((request, response) => {
    const { method = '', url = '' } = request;
    const fault = plan(counts.requests++, { method, url });
    counts.mostAtOnce = Math.max(counts.mostAtOnce, ++counts.now);
    response.on('close', () => counts.now--);
    const begin = (): void => {
      if (fault?.kind === 'reset') request.socket.resetAndDestroy();
      else if (fault?.kind === 'answer') answer(response, fault);
      else if (fault?.kind !== 'silent') pass(target, agent, request, response, fault, counts);
    };
    const ms = latencyMs + (fault?.kind === 'slow' ? fault.ms : 0);
    if (ms === 0) begin();
    else setTimeout(begin, ms).unref();
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  t.teardown(async () => {
    agent.destroy();
    server.closeAllConnections();
    await new Promise((resolve) => {
      server.close(resolve);
    });
  });
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get requests() {
      return counts.requests;
    },
    get bytes() {
      return counts.bytes;
    },
    get mostAtOnce() {
      return counts.mostAtOnce;
    },
  };
}

function answer(
  response: ServerResponse,
  { status, headers = {}, body = '' }: Extract<Fault, { kind: 'answer' }>,
): void {
  const length = Buffer.byteLength(body);
  response.writeHead(status, {
    'content-type': 'application/xml',
    'content-length': length,
    ...headers,
  });
  response.end(body);
}

function pass(
  target: string,
  agent: http.Agent,
  request: IncomingMessage,
  response: ServerResponse,
  fault: Fault | undefined,
  counts: { bytes: number },
): void {
  const headers = { ...request.headers };
  if (fault?.kind === 'changed') delete headers['if-match'];
  const sent = http.request(target + request.url!, { method: request.method, headers, agent });
  response.on('close', () => sent.destroy());
  sent.on('error', () => response.destroy());
  sent.on('response', (came) => {
    const isChanged = fault?.kind === 'changed';
    if (isChanged && request.headers['if-match'] !== undefined) {
      came.resume();
      answer(response, { kind: 'answer', status: 412, body: errorDocument('PreconditionFailed') });
      return;
    }
    const etag = isChanged ? { etag: '"another"' } : {};
    response.writeHead(came.statusCode!, { ...came.headers, ...etag });
    response.flushHeaders();
    const share = fault?.kind === 'cut' || fault?.kind === 'stall' ? fault.share : 1;
    const most = Math.floor(share * Number(came.headers['content-length'] ?? 0));
    let passed = 0;
    came.on('data', (piece: Buffer) => {
      const part = share === 1 ? piece : piece.subarray(0, Math.max(0, most - passed));
      passed += part.length;
      counts.bytes += part.length;
      if (part.length > 0 && !response.write(part)) {
        came.pause();
        response.once('drain', () => came.resume());
      }
      if (share < 1 && passed >= most && fault?.kind === 'cut') response.destroy();
    });
    came.on('end', () => {
      if (share === 1) response.end();
    });
    came.on('error', () => response.destroy());
  });
  request.pipe(sent);
}
