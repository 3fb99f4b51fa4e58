import { createHash } from 'node:crypto';
import fs from 'node:fs/promises';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import path from 'node:path';
import type { ExecutionContext } from 'ava';
import { decoded } from '../../datasets/store/url-keys.ts';

/** A file server in memory, on a real socket of this machine. */
export interface ObjectServer {
  /** `http://127.0.0.1:…`, without a slash at its end. */
  readonly origin: string;
  /** Objects by path, without the slash at its begin; may be changed while it serves. */
  readonly objects: Map<string, Uint8Array>;
  /** Requests so far, in order. */
  readonly requests: readonly ServedRequest[];
  /** Sockets that are open now. */
  readonly openSockets: number;
  /** Resolves when no socket is open. */
  closed(): Promise<void>;
}

/** A request that came. */
export interface ServedRequest {
  readonly method: string;
  /** Path and query, as they came. */
  readonly url: string;
  readonly headers: http.IncomingHttpHeaders;
  /** Number of the connection that it came by, from 0. */
  readonly connection: number;
}

/** Answers a request itself, and says so by true. */
export type Intercept = (
  request: IncomingMessage,
  response: ServerResponse,
  number: number,
) => boolean | Promise<boolean>;

/** Options of `objectServer`. */
export interface ObjectServerOptions {
  readonly objects?: Readonly<Record<string, Uint8Array>>;
  /** Asked first; `number` counts requests from 0. */
  readonly intercept?: Intercept;
  /** @default strong */
  readonly etags?: 'strong' | 'weak' | 'none';
  /** @default true */
  readonly knowsRanges?: boolean;
}

/** Serves objects with ETag, `If-Match`, Range and HEAD until the test has ended. */
export async function objectServer(
  t: Pick<ExecutionContext, 'teardown'>,
  options: ObjectServerOptions = {},
): Promise<ObjectServer> {
  const objects = new Map(Object.entries(options.objects ?? {}));
  const requests: ServedRequest[] = [];
  const sockets = new Map<Socket, number>();
  let connections = 0;
  let onClosed = (): void => {};
  const server = http.createServer((request, response) => {
    const number = requests.length;
    const { method = '', url = '', headers, socket } = request;
    requests.push({ method, url, headers, connection: sockets.get(socket)! });
    void (async () => {
      if ((await options.intercept?.(request, response, number)) === true) return;
      serve(objects, options, request, response);
    })();
  });
  server.on('connection', (socket) => {
    sockets.set(socket, connections++);
    socket.on('close', () => {
      sockets.delete(socket);
      if (sockets.size === 0) onClosed();
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  t.teardown(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => {
      server.close(resolve);
    });
  });
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    objects,
    requests,
    get openSockets() {
      return sockets.size;
    },
    async closed() {
      if (sockets.size === 0) return;
      await new Promise<void>((resolve) => {
        onClosed = resolve;
      });
    },
  };
}

function serve(
  objects: ReadonlyMap<string, Uint8Array>,
  { etags = 'strong', knowsRanges = true }: ObjectServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const key = decoded((request.url ?? '').split('?')[0]!.slice(1));
  const bytes = objects.get(key);
  const { 'if-match': match, range } = request.headers;
  if (bytes === undefined) return answer(response, request, 404, {});
  const etag = etagOf(bytes);
  if (match !== undefined && match !== etag) return answer(response, request, 412, {});
  const told = {
    ...(etags === 'none' ? {} : { etag: etags === 'weak' ? `W/${etag}` : etag }),
    ...(knowsRanges ? { 'accept-ranges': 'bytes' } : {}),
  };
  const asked = knowsRanges ? /^bytes=(\d+)-(\d+)$/u.exec(range ?? '') : null;
  if (asked === null) return answer(response, request, 200, told, bytes);
  const [from, last] = [Number(asked[1]), Math.min(Number(asked[2]), bytes.length - 1)];
  if (from >= bytes.length) {
    return answer(response, request, 416, { 'content-range': `bytes */${bytes.length}` });
  }
  const part = { 'content-range': `bytes ${from}-${last}/${bytes.length}` };
  answer(response, request, 206, { ...told, ...part }, bytes.subarray(from, last + 1));
}

function answer(
  response: ServerResponse,
  { method }: IncomingMessage,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: Uint8Array = new Uint8Array(0),
): void {
  response.writeHead(status, { ...headers, 'content-length': body.length });
  response.end(method === 'HEAD' ? undefined : body);
}

/** Files below a folder as objects, by their paths. */
export async function filesBelow(folder: string): Promise<Record<string, Uint8Array>> {
  const objects: Record<string, Uint8Array> = {};
  for (const entry of await fs.readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = path.join(entry.parentPath, entry.name);
    objects[path.relative(folder, file)] = await fs.readFile(file);
  }
  return objects;
}

/** ETag of content: strong, in its quotes. */
export function etagOf(bytes: Uint8Array): string {
  return `"${createHash('md5').update(bytes).digest('hex')}"`;
}
