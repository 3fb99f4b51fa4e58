import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { messageOf, PipelineError } from '../../operators/errors.ts';

/** A page as it is now, and what is new in it. */
export interface LiveAnswer {
  /** The whole page. */
  readonly page: () => string;
  /** The same as long as nothing is new. */
  readonly version: string;
  /** What is new for a page of another version, as JSON for its script. */
  readonly news: (have: string) => Readonly<Record<string, unknown>>;
}

/** A page that is served on this machine. */
export interface LiveServer {
  /** Where the page is. Whoever has not got this cannot see it. */
  readonly address: string;
  /** Rejects when it cannot be served any more, or looking fails; never settles otherwise. */
  readonly failed: Promise<never>;
  /** Ends all connections. Idempotent. */
  close(): Promise<void>;
}

/** Options of `openLiveServer`. */
export interface LiveServerOptions {
  /** Port to listen on; 0 for any that is free. @default 0 */
  readonly port?: number | undefined;
}

/** The only address that is listened on: no other machine reaches it. */
const host = '127.0.0.1';

/** Most connections at one time: some windows. */
const mostConnections = 16;

/**
 * Serves a page on this machine, to whoever has its address.
 *
 * | request | answer |
 * | --- | --- |
 * | `GET /TOKEN/` | the page |
 * | `GET /TOKEN/news?have=VERSION` | `news`, or 204 when that version is the newest |
 * | another `Host` than this address, which is a page of others that was given it | 403 |
 * | anything else | 404, and 405 for another method with the token |
 *
 * The token has 192 random bits and is compared in constant time. No other origin may read an answer, put it into a frame, or
 * learn the token from a link.
 *
 * @param look Called for each request; its calls may overlap.
 * @returns To be closed by the caller.
 * @throws {PipelineError} `ERR_CONFIG` when the port is taken or may not be listened on.
 */
export async function openLiveServer(
  look: () => Promise<LiveAnswer>,
  { port = 0 }: LiveServerOptions = {},
): Promise<LiveServer> {
  const token = randomBytes(24).toString('base64url');
  let fail: (reason: unknown) => void;
  const failed = new Promise<never>((_, reject) => (fail = reject));
  failed.catch(() => {});
  const server = createServer(
    { maxHeaderSize: 8192, headersTimeout: 5000, requestTimeout: 10_000, keepAliveTimeout: 5000 },
    (request, response) => {
      answer(request, response, { token, own: addressOf(server), look }).catch((error: unknown) => {
        refuse(response, 500);
        fail(error);
      });
    },
  );
  server.maxConnections = mostConnections;
  await listening(server, port);
  server.on('error', (error) => fail(error));
  return {
    address: `http://${addressOf(server)}/${token}/`,
    failed,
    close: async () => {
      const ended = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await ended;
    },
  };
}

async function listening(server: Server, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(notListening(port, error)));
    server.listen({ host, port, exclusive: true }, () => {
      server.removeAllListeners('error');
      resolve();
    });
  });
}

function notListening(port: number, error: unknown): PipelineError {
  return new PipelineError(
    'ERR_CONFIG',
    `Cannot serve a page on port ${port} of ${host}: ${messageOf(error)}. Give another \`port\`, or leave it out for one that is free.`,
    { options: ['port'], cause: error },
  );
}

function addressOf(server: Server): string {
  // Of a server that listens on a port.
  const { port } = server.address() as AddressInfo;
  return `${host}:${port}`;
}

interface Served {
  readonly token: string;
  /** Host and port that a browser names when it was given this address. */
  readonly own: string;
  readonly look: () => Promise<LiveAnswer>;
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { token, own, look }: Served,
): Promise<void> {
  // A name of others that was made to lead here is told from this address by what the browser says it asked for.
  if (request.headers.host !== own) return refuse(response, 403);
  const asked = askedIn(request.url ?? '');
  if (asked === undefined || !isSame(asked.token, token)) return refuse(response, 404);
  if (request.method !== 'GET') return refuse(response, 405);
  if (asked.name === '') {
    return send(response, 'text/html; charset=utf-8', (await look()).page());
  }
  if (asked.name !== 'news') return refuse(response, 404);
  const { version, news } = await look();
  if (asked.have === version) return refuse(response, 204);
  send(response, 'application/json', JSON.stringify({ version, ...news(asked.have) }));
}

/** Parts of `/TOKEN/NAME?have=VERSION`; undefined of any other target. */
function askedIn(
  target: string,
): { readonly token: string; readonly name: string; readonly have: string } | undefined {
  const match = /^\/(?<token>[^/?#]*)\/(?<name>[^/?#]*)(?:\?(?<query>[^#]*))?$/u.exec(target);
  if (match === null) return undefined;
  const { token = '', name = '', query = '' } = match.groups!;
  return { token, name, have: new URLSearchParams(query).get('have') ?? '' };
}

/** Compares in a time that says nothing of where they differ. */
function isSame(given: string, token: string): boolean {
  const [one, other] = [given, token].map((text) => createHash('sha256').update(text).digest());
  return timingSafeEqual(one!, other!);
}

const headers = {
  'cache-control': 'no-store',
  'content-security-policy': `frame-ancestors 'none'`,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const;

function send(response: ServerResponse, type: string, text: string): void {
  const bytes = Buffer.from(text);
  response.writeHead(200, {
    ...headers,
    'content-type': type,
    'content-length': bytes.byteLength,
  });
  response.end(bytes);
}

function refuse(response: ServerResponse, status: number): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const allow = status === 405 ? { allow: 'GET' } : {};
  response.writeHead(status, {
    ...headers,
    ...allow,
    ...(status === 204 ? {} : { 'content-length': 0 }),
  });
  response.end();
}
