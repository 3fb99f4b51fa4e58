import { setMaxListeners } from 'node:events';
import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { type Clock, systemClock } from './clock.ts';
import { networkFailure } from './network-failure.ts';
import type { HttpHead, HttpRequest } from './http-transport.ts';
import type { Failure, Outcome } from './outcome.ts';
import { isTransientError } from './server-error.ts';

/** Longest body that is read of an answer that is no success: 64 KiB. */
const maxErrorBytes = 2 ** 16;

/** Bounds of one exchange. */
export interface ExchangeTimes {
  /** Name look-up, connection and TLS, in milliseconds. */
  readonly connectMs: number;
  /** From the request to the head of the answer, in milliseconds. */
  readonly firstByteMs: number;
  /** Time in which `minBytes` more of a body have to come, or its end, in milliseconds. */
  readonly stallMs: number;
  readonly minBytes: number;
}

/** What an exchange may take: 10 s, 30 s, and 30 s for each 16 KiB. */
export const exchangeTimes: ExchangeTimes = {
  connectMs: 10_000,
  firstByteMs: 30_000,
  stallMs: 30_000,
  minBytes: 2 ** 14,
};

/** Options of one exchange. */
export interface ExchangeOptions {
  readonly maxBytes: number;
  readonly check?: ((head: HttpHead) => void) | undefined;
  /** Sends it on a connection of its own. */
  readonly isAlone: boolean;
  /** Told each piece of a body that came. */
  readonly onBytes?: ((bytes: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly clock?: Clock | undefined;
  readonly times?: ExchangeTimes | undefined;
}

/** Sends one request and reads its answer, or says why there is none. */
export type Exchange = (request: HttpRequest, options: ExchangeOptions) => Promise<Outcome>;

// Connections that nobody uses keep no process alive, and end after 20 seconds.
const kept = { keepAlive: true, timeout: 20_000, maxFreeSockets: 256 };
const schemes = {
  'http:': { begin: http.request, agent: new http.Agent(kept), alone: new http.Agent() },
  'https:': { begin: https.request, agent: new https.Agent(kept), alone: new https.Agent() },
};

/**
 * One exchange over the network.
 *
 * @throws What `check` throws, unless the body is an error document of S3 that another try may not meet; and when a body is longer than `maxBytes`: the connection is closed then.
 * @throws The reason of the signal when it aborts: the connection is closed then.
 */
export const exchange: Exchange = async (request, options) => {
  const { isAlone, signal, clock = systemClock, times = exchangeTimes } = options;
  signal?.throwIfAborted();
  const url = new URL(request.url);
  const scheme = schemes[url.protocol as keyof typeof schemes];
  return await new Promise<Outcome>((resolve, reject) => {
    const sent = scheme.begin(url, {
      method: request.method,
      headers: { 'accept-encoding': 'identity', ...request.headers },
      agent: isAlone ? scheme.alone : scheme.agent,
    });
    let cancel = clock.after(times.connectMs, () =>
      end({ failure: late('connected', times.connectMs) }),
    );
    const settle = (): void => {
      cancel();
      signal?.removeEventListener('abort', abort);
    };
    const end = (outcome: Outcome, isWhole = false): void => {
      settle();
      if (!isWhole) sent.destroy();
      resolve(outcome);
    };
    const refuse = (reason: unknown): void => {
      settle();
      sent.destroy();
      reject(reason);
    };
    const abort = (): void => refuse(signal!.reason);
    if (signal !== undefined) setMaxListeners(0, signal);
    signal?.addEventListener('abort', abort, { once: true });

    const awaitHead = (): void => {
      cancel();
      cancel = clock.after(times.firstByteMs, () =>
        end({ failure: late('answered', times.firstByteMs) }),
      );
    };
    sent.on('socket', (socket) => {
      if (sent.reusedSocket || !socket.connecting) awaitHead();
      else socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', awaitHead);
    });
    // Also what comes after the end: nobody else listens.
    sent.on('error', (error) => end({ failure: networkFailure(error) }));
    sent.on('response', (response) => {
      cancel();
      // A refused body ends with an error that nobody waits for.
      response.on('error', () => {});
      if (request.method === 'HEAD') {
        // The head is all there is: what some servers send after it breaks the connection, and nothing else.
        response.resume();
        lookedUp(response, options, end, refuse);
        return;
      }
      readAnswer(response, { ...options, clock, times }, (next) => {
        cancel = next;
      }).then((outcome) => end(outcome, response.complete), refuse);
    });
    sent.end();
  });
};

function late(done: string, ms: number): Failure {
  return { reason: `the server has not ${done} within ${ms / 1000} s`, about: 'store' };
}

/** At once: an error that the rest of the answer makes comes before the next turn. */
function lookedUp(
  response: IncomingMessage,
  { check }: ExchangeOptions,
  end: (outcome: Outcome, isWhole: boolean) => void,
  refuse: (reason: unknown) => void,
): void {
  const head = headOf(response);
  try {
    if (head.status >= 200 && head.status < 300) check?.(head);
  } catch (error) {
    refuse(error);
    return;
  }
  end({ answer: { ...head, bytes: new Uint8Array(0) } }, true);
}

/** Reads a body as it comes. */
async function readAnswer(
  response: IncomingMessage,
  options: ExchangeOptions & { readonly clock: Clock; readonly times: ExchangeTimes },
  onTimer: (cancel: () => void) => void,
): Promise<Outcome> {
  const head = headOf(response);
  const isSuccess = head.status >= 200 && head.status < 300;
  const refusal = isSuccess ? refusalOf(head, options.check) : undefined;
  // What is refused may be an error in the clothes of a success.
  if (refusal !== undefined && !isDocument(head)) throw refusal.reason;
  const isWanted = isSuccess && refusal === undefined;
  const length = lengthOf(head);
  const most = isWanted ? options.maxBytes : maxErrorBytes;
  if (isWanted && (length ?? 0) > most) throw tooLong(length!, most);
  const body = growingBody(isWanted ? length : undefined, most);
  return await new Promise<Outcome>((resolve, reject) => {
    const done = (): void => {
      const answer = { ...head, bytes: body.bytes() };
      if (isWanted && length !== undefined && body.length !== length) cut();
      else if (refusal !== undefined && !isTransientError(answer)) reject(refusal.reason);
      else resolve({ answer });
    };
    const cut = (): void => {
      const of = length === undefined ? '' : ` of ${length}`;
      const reason = `its body was cut at ${body.length}${of} bytes`;
      resolve({ failure: { reason, about: 'object' } });
    };
    watchProgress(
      () => body.length,
      options,
      onTimer,
      (reason) => resolve({ failure: { reason, about: 'object' } }),
    );
    response.on('data', (piece: Buffer) => {
      options.onBytes?.(piece.length);
      if (body.add(piece)) return;
      if (isWanted) reject(tooLong(body.length + piece.length, most));
      else done();
    });
    response.on('end', done);
    response.on('error', cut);
    response.on('close', cut);
  });
}

function refusalOf(
  head: HttpHead,
  check: ExchangeOptions['check'],
): { readonly reason: unknown } | undefined {
  try {
    check?.(head);
    return undefined;
  } catch (reason) {
    return { reason };
  }
}

/** Whether a body may be an error document. */
function isDocument(head: HttpHead): boolean {
  return (
    (lengthOf(head) ?? 0) <= maxErrorBytes && /\bxml\b/iu.test(head.headers['content-type'] ?? '')
  );
}

/** Looks now and then whether enough of a body has come since the last time. */
function watchProgress(
  received: () => number,
  { clock, times }: { readonly clock: Clock; readonly times: ExchangeTimes },
  onTimer: (cancel: () => void) => void,
  onStall: (reason: string) => void,
): void {
  const { stallMs, minBytes } = times;
  const watch = (before: number): void => {
    onTimer(
      clock.after(stallMs, () => {
        const now = received();
        if (now - before >= minBytes) watch(now);
        else
          onStall(`its body stalled at ${now} bytes: ${now - before} came in ${stallMs / 1000} s`);
      }),
    );
  };
  watch(0);
}

interface GrowingBody {
  readonly length: number;
  /** False where there would be too much. */
  add(piece: Uint8Array): boolean;
  bytes(): Uint8Array;
}

/** A body of a known length in one memory, or pieces up to a limit. */
function growingBody(known: number | undefined, most: number): GrowingBody {
  const whole = known === undefined ? undefined : new Uint8Array(known);
  const pieces: Uint8Array[] = [];
  let length = 0;
  return {
    get length() {
      return length;
    },
    add(piece) {
      if (length + piece.length > (known ?? most)) return false;
      if (whole === undefined) pieces.push(piece);
      else whole.set(piece, length);
      length += piece.length;
      return true;
    },
    bytes: () => whole ?? joined(pieces, length),
  };
}

function joined(pieces: readonly Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

function headOf({ statusCode = 0, headers }: IncomingMessage): HttpHead {
  const named = Object.entries(headers).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.join(', ') : value,
  ]);
  return { status: statusCode, headers: Object.fromEntries(named) as HttpHead['headers'] };
}

/** Length of a body that its head tells; undefined when it does not. */
function lengthOf({ headers }: HttpHead): number | undefined {
  const length = headers['content-length'];
  return length !== undefined && /^\d{1,15}$/u.test(length) ? Number(length) : undefined;
}

function tooLong(length: number, most: number): Error {
  return new Error(`its body has ${length} bytes, more than the ${most} that were asked for`);
}
