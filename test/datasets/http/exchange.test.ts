import { once } from 'node:events';
import net, { type AddressInfo, type Socket } from 'node:net';
import test, { type ExecutionContext } from 'ava';
import { exchange, type ExchangeOptions, exchangeTimes } from '../../../datasets/http/exchange.ts';
import type { Outcome } from '../../../datasets/http/outcome.ts';
import { deferred } from '../../helpers/deferred.ts';
import { fakeClock } from '../../helpers/fake-clock.ts';
import { objectServer } from '../../helpers/object-server.ts';

const usual: ExchangeOptions = { maxBytes: 1000, isAlone: false };

function get(url: string, options: Partial<ExchangeOptions> = {}): Promise<Outcome> {
  return exchange({ method: 'GET', url, headers: {} }, { ...usual, ...options });
}

/** A server that answers a connection with bytes as they are. */
async function rawServer(
  t: ExecutionContext,
  onSocket: (socket: Socket) => void,
): Promise<{ readonly origin: string; readonly sockets: Set<Socket> }> {
  const sockets = new Set<Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    onSocket(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, sockets };
}

/** Answers with a text when a request has come. */
function answering(text: string, after?: (socket: Socket) => void): (socket: Socket) => void {
  return (socket) => {
    socket.once('data', () => {
      socket.write(text);
      after?.(socket);
    });
  };
}

function reasonOf(outcome: Outcome): string | undefined {
  return outcome.failure?.reason;
}

test('a body of a known length comes in memory of its own', async (t) => {
  const { origin } = await objectServer(t, { objects: { a: new Uint8Array(500).fill(7) } });
  const { answer } = (await get(`${origin}/a`)) as Extract<Outcome, { failure?: undefined }>;
  t.is(answer.status, 200);
  t.deepEqual(answer.bytes, new Uint8Array(500).fill(7));
  t.is(answer.bytes.buffer.byteLength, 500);
});

test('a body of an unknown length is read to its end, within what was asked for', async (t) => {
  const { origin } = await objectServer(t, {
    intercept: (_, response) => {
      response.write('abc');
      response.end('def');
      return true;
    },
  });
  const { answer } = (await get(origin)) as Extract<Outcome, { failure?: undefined }>;
  t.is(new TextDecoder().decode(answer.bytes), 'abcdef');
  await t.throwsAsync(get(origin, { maxBytes: 5 }), { message: /more than the 5/u });
});

test('a body that is longer than what was asked for is refused by its head, and its connection closed', async (t) => {
  const { origin, sockets } = await rawServer(
    t,
    answering('HTTP/1.1 200 OK\r\nContent-Length: 999999999999\r\n\r\n'),
  );
  await t.throwsAsync(get(origin), {
    message: 'its body has 999999999999 bytes, more than the 1000 that were asked for',
  });
  const [socket] = sockets;
  if (socket !== undefined) await once(socket, 'close');
  t.is(sockets.size, 0);
});

test('of an answer that is no success the first 64 KiB are read', async (t) => {
  const { origin } = await objectServer(t, {
    intercept: (_, response) => {
      response.writeHead(403, { 'content-length': 1e6 });
      response.end(new Uint8Array(1e6));
      return true;
    },
  });
  const { answer } = (await get(origin)) as Extract<Outcome, { failure?: undefined }>;
  t.is(answer.status, 403);
  t.true(answer.bytes.length <= 2 ** 16);
});

for (const [what, text] of [
  ['of a known length', 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc'],
  ['of an unknown length', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n'],
] as const) {
  test(`a body ${what} that is cut is a failure that says where`, async (t) => {
    const { origin } = await rawServer(
      t,
      answering(text, (socket) => socket.end()),
    );
    t.regex(reasonOf(await get(origin))!, /^its body was cut at 3(?: of 10)? bytes$/u);
  });
}

test('a connection that is reset, refused, or speaks no HTTP is a failure', async (t) => {
  const reset = await rawServer(t, (socket) => {
    socket.once('data', () => socket.resetAndDestroy());
  });
  t.is(reasonOf(await get(reset.origin)), 'the connection was reset');
  const garbage = await rawServer(t, answering('220 smtp ready\r\n'));
  t.regex(reasonOf(await get(garbage.origin))!, /^HPE_/u);
  const gone = net.createServer().listen(0, '127.0.0.1');
  await once(gone, 'listening');
  const { port } = gone.address() as AddressInfo;
  gone.close();
  await once(gone, 'close');
  const refused = await get(`http://127.0.0.1:${port}/`);
  t.is(reasonOf(refused), 'the connection was refused');
  t.is(refused.failure?.about, 'store');
});

test('a server that does not answer, and a body that stalls, are left after their time', async (t) => {
  const silent = deferred<void>();
  const clock = fakeClock();
  const server = await rawServer(t, (socket) => socket.once('data', () => silent.resolve()));
  const unanswered = get(server.origin, { clock });
  await silent.promise;
  await clock.advance(exchangeTimes.firstByteMs);
  t.is(reasonOf(await unanswered), 'the server has not answered within 30 s');

  const came = deferred<number>();
  const stalling = await rawServer(
    t,
    answering('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc'),
  );
  const stalled = get(stalling.origin, { clock, onBytes: (bytes) => came.resolve(bytes) });
  t.is(await came.promise, 3);
  await clock.advance(exchangeTimes.stallMs);
  t.is(reasonOf(await stalled), 'its body stalled at 3 bytes: 3 came in 30 s');
  t.is(clock.timers, 0);
});

test('a body that comes slowly, though not too slowly, is waited for', async (t) => {
  const times = { ...exchangeTimes, minBytes: 2 };
  const clock = fakeClock();
  let socket!: Socket;
  let came = deferred<number>();
  const head = 'HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nab';
  const server = await rawServer(
    t,
    answering(head, (own) => {
      socket = own;
    }),
  );
  const answer = get(server.origin, { clock, times, onBytes: (bytes) => came.resolve(bytes) });
  await came.promise;
  for (const more of ['cd', 'ef']) {
    await clock.advance(times.stallMs);
    came = deferred();
    socket.write(more);
    await came.promise;
  }
  t.is((await answer).failure, undefined);
});

test('an abort closes the connection, before an answer and in the middle of a body', async (t) => {
  for (const text of ['', 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc']) {
    const closed = deferred<void>();
    const began = deferred<void>();
    const { origin } = await rawServer(t, (socket) => {
      answering(text, () => began.resolve())(socket);
      socket.on('close', () => closed.resolve());
    });
    const stop = new AbortController();
    const reason = new Error('enough');
    const failed = t.throwsAsync(get(origin, { signal: stop.signal }));
    await began.promise;
    stop.abort(reason);
    t.is(await failed, reason);
    await closed.promise;
  }
  t.pass();
});

test('an abort beforehand sends nothing', async (t) => {
  const { origin, requests } = await objectServer(t);
  await t.throwsAsync(get(origin, { signal: AbortSignal.abort(new Error('enough')) }), {
    message: 'enough',
  });
  t.is(requests.length, 0);
});

test('connections are used again, and one of its own is closed after its answer', async (t) => {
  const { origin, requests } = await objectServer(t, {
    objects: { a: new Uint8Array(3) },
  });
  await get(`${origin}/a`);
  await get(`${origin}/a`);
  await get(`${origin}/a`, { isAlone: true });
  t.deepEqual(
    requests.map(({ connection }) => connection),
    [0, 0, 1],
  );
  t.is(requests[0]!.headers['accept-encoding'], 'identity');
});
