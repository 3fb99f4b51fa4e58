import test from 'ava';
import { httpClient, type HttpClientOptions } from '../../../datasets/http/http-client.ts';
import type {
  HttpAnswer,
  HttpTransport,
  SendOptions,
} from '../../../datasets/http/http-transport.ts';
import { PipelineError } from '../../../operators/errors.ts';
import { settled } from '../../helpers/deferred.ts';
import { type FakeClock, fakeClock } from '../../helpers/fake-clock.ts';
import {
  answerOf,
  failureOf,
  fakeExchange,
  type FakeExchange,
} from '../../helpers/fake-exchange.ts';
import { errorDocument } from '../../helpers/fault-proxy.ts';

const never = 1e9;

function setup(
  script?: Parameters<typeof fakeExchange>[0],
  options: HttpClientOptions = {},
): FakeExchange & { readonly clock: FakeClock; readonly client: HttpTransport } {
  const clock = fakeClock();
  const fake = fakeExchange(script);
  return { ...fake, clock, client: httpClient({ clock, exchange: fake.exchange, ...options }) };
}

function get(
  client: HttpTransport,
  options: Partial<SendOptions> = {},
  url = 'http://store/a',
): Promise<HttpAnswer> {
  return client.send(() => ({ method: 'GET', url, headers: {} }), {
    name: url,
    maxBytes: 1000,
    ...options,
  });
}

for (const status of [429, 500, 502, 503, 504]) {
  test(`an answer ${status} is asked for again, and no answer is lost`, async (t) => {
    const { client, clock, begun } = setup((number) => answerOf(number < 3 ? status : 200, 'x'));
    const answer = get(client);
    await clock.advance(100 + 200 + 400);
    t.is((await answer).status, 200);
    t.is(begun.length, 4);
    t.like(client.traffic(), { sendings: 1, requests: 4, retries: 3 });
  });
}

for (const status of [200, 204, 206, 301, 304, 400, 401, 403, 404, 409, 412, 416]) {
  test(`an answer ${status} is an answer: asked for once`, async (t) => {
    const { client, begun } = setup(() => answerOf(status));
    t.is((await get(client)).status, status);
    t.is(begun.length, 1);
  });
}

test('a success whose body is an error document of S3 is asked for again', async (t) => {
  for (const code of ['InternalError', 'SlowDown']) {
    const { client, clock, begun } = setup((number) =>
      answerOf(200, number === 0 ? errorDocument(code) : 'image'),
    );
    const answer = get(client);
    await clock.advance(100);
    t.is(new TextDecoder().decode((await answer).bytes), 'image');
    t.is(begun.length, 2);
  }
});

test('a part of an object that reads as an error document is what it is', async (t) => {
  const { client } = setup(() => answerOf(206, errorDocument('SlowDown')));
  t.is((await get(client)).status, 206);
});

test('back-off doubles from 100 ms to 15 s, each drawn from zero on, and ends after ten tries', async (t) => {
  const { client, clock, begun } = setup(() => failureOf('the connection was reset'));
  const failed = t.throwsAsync(get(client));
  const times = [100, 200, 400, 800, 1600, 3200, 6400, 12_800, 15_000];
  for (const [at, ms] of times.entries()) {
    await clock.advance(ms - 1);
    t.is(begun.length, at + 1);
    await clock.advance(1);
    t.is(begun.length, at + 2);
  }
  t.is((await failed).message, 'the connection was reset, at the last of 10 tries in 41 s');
  t.is(clock.timers, 0);
});

test('a draw of nothing waits for nothing: full jitter', async (t) => {
  const clock = fakeClock([0]);
  const { exchange, begun } = fakeExchange((number) =>
    number < 9 ? failureOf('reset') : answerOf(200),
  );
  const answer = get(httpClient({ clock, exchange }));
  await clock.advance(0);
  t.is((await answer).status, 200);
  t.is(begun.length, 10);
});

test('no try begins after three minutes', async (t) => {
  const { client, clock, begun } = setup();
  const failed = t.throwsAsync(get(client, { maxBytes: 2 ** 21 }), {
    message: 'its body stalled, at the last of 4 tries in 181 s',
  });
  for (const ms of [59_900, 59_800, 59_600, 100]) {
    await clock.advance(ms);
    begun.at(-1)!.end(failureOf('its body stalled'));
    await clock.advance(100 * 2 ** (begun.length - 1));
  }
  await failed;
  t.is(begun.length, 4);
});

for (const [header, ms] of [
  ['7', 7000],
  ['Mon, 30 Nov 2026 02:00:09 GMT', 9000],
  ['3600', 60_000],
  ['soon', 100],
] as const) {
  test(`Retry-After: ${header} is waited for, to a minute`, async (t) => {
    const date = 'Mon, 30 Nov 2026 02:00:00 GMT';
    const { client, clock, begun } = setup((number) =>
      number === 0 ? answerOf(503, '', { 'retry-after': header, date }) : answerOf(200),
    );
    const answer = get(client);
    await clock.advance(ms - 1);
    t.is(begun.length, 1);
    await clock.advance(1);
    t.is((await answer).status, 200);
  });
}

test('a store that cannot be reached ends a run, an object that cannot be read does not', async (t) => {
  const tries = { count: 2, firstCount: 2, totalMs: never, firstMs: 1, maxMs: 1, maxAskedMs: 1 };
  const of = async (outcome: ReturnType<typeof failureOf>): Promise<Error> => {
    const { client, clock } = setup(() => outcome, { tries });
    const failed = t.throwsAsync(get(client));
    await clock.advance(10);
    return await failed;
  };
  for (const status of [429, 502, 503, 504]) {
    const error = await of(answerOf(status));
    t.true(error instanceof PipelineError);
    t.is(
      error.message,
      `Could not read \`http://store/a\`: the server answered ${status}, at the last of 2 tries in 1 s`,
    );
  }
  t.true((await of(failureOf('refused', 'store'))) instanceof PipelineError);
  t.false((await of(answerOf(500))) instanceof PipelineError);
  t.false((await of(failureOf('its body was cut'))) instanceof PipelineError);
});

test('a server that nobody ever reached is given up soon, one that has answered is not', async (t) => {
  const unreached = { failure: { reason: 'gone', about: 'store', isUnreached: true } } as const;
  const { client, clock, begun } = setup((number) => (number === 3 ? answerOf(404) : unreached));
  const failed = t.throwsAsync(get(client), { message: /: gone, at the last of 3 tries/u });
  await clock.advance(100 + 200);
  await failed;
  t.is((await get(client)).status, 404);
  const again = t.throwsAsync(get(client), { message: /: gone, at the last of 10 tries/u });
  await clock.advance(100_000);
  await again;
  t.is(begun.length, 3 + 1 + 10);
});

test('each try is a request of its own, signed when it is sent', async (t) => {
  const { exchange, begun } = fakeExchange((number) => answerOf(number === 0 ? 500 : 200));
  const clock = fakeClock();
  let signed = 0;
  const answer = httpClient({ clock, exchange }).send(
    () => ({ method: 'GET', url: 'http://store/a', headers: { signature: `${signed++}` } }),
    { name: 'a', maxBytes: 1 },
  );
  await clock.advance(100);
  await answer;
  t.deepEqual(
    begun.map(({ request }) => request.headers['signature']),
    ['0', '1'],
  );
});

test('whoever asks sees every answer, and may have the request made anew at once, twice', async (t) => {
  const { client, begun } = setup(() => answerOf(403, errorDocument('ExpiredToken')));
  const asked: number[] = [];
  const answer = await get(client, { again: ({ status }) => asked.push(status) > 0 });
  t.is(answer.status, 403);
  t.deepEqual(asked, [403, 403, 403]);
  t.is(begun.length, 3);
});

test('a redirect is followed without credentials to another server, and with them on the same', async (t) => {
  const at = ['http://store/b', 'https://other/c?signed=1'];
  const { exchange, begun } = fakeExchange((number) =>
    at[number] === undefined ? answerOf(200, 'x') : answerOf(302, '', { location: at[number] }),
  );
  const client = httpClient({ clock: fakeClock(), exchange });
  await client.send(
    () => ({
      method: 'GET',
      url: 'http://store/a',
      headers: { authorization: 'secret', range: 'bytes=0-1' },
    }),
    { name: 'a', maxBytes: 1, followsRedirects: true },
  );
  t.deepEqual(
    begun.map(({ request: { url, headers } }) => [url, headers]),
    [
      ['http://store/a', { authorization: 'secret', range: 'bytes=0-1' }],
      ['http://store/b', { authorization: 'secret', range: 'bytes=0-1' }],
      ['https://other/c?signed=1', { range: 'bytes=0-1' }],
    ],
  );
});

for (const [location, reason] of [
  ['http://store/a', 'the server redirected it from `https:` to `http:`'],
  ['file:///etc/passwd', 'the server redirected it from `https:` to `file:`'],
  [undefined, 'the server redirected it to nowhere'],
  ['https://store/a', 'it was redirected 6 times'],
] as const) {
  test(`a redirect to ${location ?? 'nowhere'} from https is refused: ${reason}`, async (t) => {
    const { client } = setup(() => answerOf(302, '', { location }));
    await t.throwsAsync(get(client, { followsRedirects: true }, 'https://store/a'), {
      message: reason,
    });
  });
}

test('a small request that takes more than 2 s has a second one on a connection of its own', async (t) => {
  const { client, clock, begun } = setup();
  const answer = get(client);
  await clock.advance(1999);
  t.is(begun.length, 1);
  await clock.advance(1);
  t.deepEqual(
    begun.map(({ options }) => options.isAlone),
    [false, true],
  );
  begun[1]!.end(answerOf(200, 'second'));
  t.is(new TextDecoder().decode((await answer).bytes), 'second');
  t.true(begun[0]!.isAborted);
  t.is(client.traffic().hedges, 1);
  t.is(clock.timers, 0);
});

test('the first of two requests may still be answered first, or fail and leave it to the second', async (t) => {
  const one = setup();
  const first = get(one.client);
  await one.clock.advance(2000);
  one.begun[0]!.end(answerOf(200, 'first'));
  t.is(new TextDecoder().decode((await first).bytes), 'first');
  t.true(one.begun[1]!.isAborted);

  const other = setup();
  const second = get(other.client);
  await other.clock.advance(2000);
  other.begun[0]!.end(failureOf('reset'));
  await settled();
  other.begun[1]!.end(answerOf(200, 'second'));
  t.is(new TextDecoder().decode((await second).bytes), 'second');
  t.is(other.client.traffic().retries, 0);
});

test('when both requests fail the next try begins, and a second one that fails leaves the first', async (t) => {
  const { client, clock, begun } = setup();
  const answer = get(client);
  await clock.advance(2000);
  begun[1]!.end(failureOf('reset'));
  await settled();
  t.is(begun.length, 2);
  begun[0]!.end(failureOf('reset'));
  await clock.advance(100);
  t.is(begun.length, 3);
  begun[2]!.end(answerOf(200));
  t.is((await answer).status, 200);
});

test('four times the 95th percentile is waited for where that is longer than 2 s', async (t) => {
  const { client, clock, begun } = setup();
  for (let number = 0; number < 20; number += 1) {
    const answer = get(client);
    await clock.advance(1000);
    begun.at(-1)!.end(answerOf(200));
    await answer;
  }
  const slow = get(client);
  await clock.advance(3999);
  t.is(begun.length, 21);
  // The histogram is right within 7 %.
  await clock.advance(300);
  t.is(begun.length, 22);
  begun[21]!.end(answerOf(200));
  await slow;
});

test('second requests are one in twenty at most, and one more', async (t) => {
  const { client, clock, begun } = setup();
  for (let number = 0; number < 200; number += 1) {
    const before = begun.length;
    const answer = get(client);
    await clock.advance(10_000);
    begun[before]!.end(answerOf(200));
    await answer;
  }
  // 50 s and more for the percentile: none were sent then, so there are fewer.
  t.true(client.traffic().hedges >= 1);
  t.true(client.traffic().hedges <= 1 + 200 / 20);
  t.is(begun.length, 200 + client.traffic().hedges);
});

test('a large body is not sent for twice', async (t) => {
  const { client, clock, begun } = setup();
  const answer = get(client, { maxBytes: 2 ** 20 + 1 });
  await clock.advance(60_000);
  t.is(begun.length, 1);
  begun[0]!.end(answerOf(200));
  await answer;
});

test('an abort ends the exchange, the back-off and the wait for a slot with its reason', async (t) => {
  const reason = new Error('enough');
  const stop = new AbortController();
  const concurrency = { start: 1, max: 1, maxBytes: 1e6 };
  const { client, clock, begun } = setup(undefined, { concurrency });
  const running = t.throwsAsync(get(client, { signal: stop.signal }));
  const waiting = t.throwsAsync(get(client, { signal: stop.signal }));
  await settled();
  t.is(begun.length, 1);
  stop.abort(reason);
  t.is(await running, reason);
  t.is(await waiting, reason);
  t.true(begun[0]!.isAborted);
  t.is(clock.timers, 0);

  const between = new AbortController();
  const failed = t.throwsAsync(get(client, { signal: between.signal }));
  await settled();
  begun[1]!.end(failureOf('reset'));
  await settled();
  between.abort(reason);
  t.is(await failed, reason);
  t.is(clock.timers, 0);
});

test('what refuses the head of an answer is thrown as it is, and not tried again', async (t) => {
  const { exchange, begun } = fakeExchange();
  const client = httpClient({
    clock: fakeClock(),
    exchange: async (request, options) => {
      options.check?.({ status: 206, headers: {} });
      return await exchange(request, options);
    },
  });
  const refuse = (): void => {
    throw new Error('it has changed since it was listed');
  };
  await t.throwsAsync(get(client, { check: refuse }), {
    message: 'it has changed since it was listed',
  });
  t.is(begun.length, 0);
});
