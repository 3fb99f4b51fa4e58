import { once } from 'node:events';
import http from 'node:http';
import { connect } from 'node:net';
import test, { type ExecutionContext } from 'ava';
import { type LiveAnswer, openLiveServer } from '../../../outputs/live/live-server.ts';

const answerOf = (version: string): LiveAnswer => ({
  page: () => `<!doctype html><title>${version}</title>`,
  version,
  news: (have) => ({ before: have }),
});

async function served(t: ExecutionContext, look = async () => answerOf('v1')) {
  const server = await openLiveServer(look);
  t.teardown(() => server.close());
  return { server, url: new URL(server.address) };
}

/** A request with headers and a target that `fetch` would not send. */
async function asked(
  { hostname, port }: URL,
  options: { readonly path: string; readonly host?: string; readonly method?: string },
): Promise<number> {
  const { path, method, host = `${hostname}:${port}` } = options;
  const request = http.request({ hostname, port, path, method, headers: { host } });
  request.end();
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  response.resume();
  return response.statusCode!;
}

test('the page is at its address, on this machine alone, and new only to who has an older one', async (t) => {
  let version = 'v1';
  const { url } = await served(t, async () => answerOf(version));
  t.is(url.hostname, '127.0.0.1');
  t.regex(url.pathname, /^\/[\w-]{32}\/$/u);
  const page = await fetch(url);
  t.is(await page.text(), '<!doctype html><title>v1</title>');
  t.is(page.headers.get('content-type'), 'text/html; charset=utf-8');
  t.is((await fetch(new URL('news?have=v1', url))).status, 204);
  version = 'v2';
  const news = await fetch(new URL('news?have=v1', url));
  t.deepEqual(await news.json(), { version: 'v2', before: 'v1' });
});

test('no answer may be kept, framed, read by another origin, or told the address of by a link', async (t) => {
  const { url } = await served(t);
  for (const target of [url, new URL('news', url), new URL('/', url)]) {
    const { headers } = await fetch(target, { headers: { origin: 'https://example.org' } });
    t.is(headers.get('cache-control'), 'no-store');
    t.is(headers.get('referrer-policy'), 'no-referrer');
    t.is(headers.get('cross-origin-resource-policy'), 'same-origin');
    t.is(headers.get('content-security-policy'), "frame-ancestors 'none'");
    t.is(headers.get('x-content-type-options'), 'nosniff');
    t.is(headers.get('access-control-allow-origin'), null);
  }
});

test('without the token, or below it, nothing is found', async (t) => {
  const { url } = await served(t);
  const token = url.pathname.slice(1, -1);
  const other = `${token.slice(0, -1)}${token.endsWith('a') ? 'b' : 'a'}`;
  const paths = [
    '/',
    '/news',
    '//',
    `/${token}`,
    `/${other}/`,
    `/${token}a/`,
    `/${token.slice(0, -1)}/`,
  ]
    .concat([`/${token}/other`, `/${token}/news/`, `/${token}/../${token}/x`, `/x/${token}/`])
    .concat([`http://127.0.0.1:${url.port}/${token}/`, `/${token}/%2e%2e/`, `/?/${token}/`, '*']);
  for (const path of paths) t.is(await asked(url, { path }), 404, path);
  t.is(await asked(url, { path: `/${token}/` }), 200);
});

test('a name of others that leads here is refused, whatever it knows', async (t) => {
  const { url } = await served(t);
  const path = url.pathname;
  for (const host of [
    'example.org',
    `example.org:${url.port}`,
    '127.0.0.1',
    `localhost:${url.port}`,
  ]) {
    t.is(await asked(url, { path, host }), 403, host);
  }
});

test('nothing but GET is answered', async (t) => {
  const { url } = await served(t);
  for (const method of ['POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS', 'PATCH']) {
    t.is(await asked(url, { path: url.pathname, method }), 405, method);
    // Without the token not even that is told.
    t.is(await asked(url, { path: '/', method }), 404, method);
  }
});

test('what is no request, or too long a one, ends its connection and nothing else', async (t) => {
  const { url } = await served(t);
  for (const text of [
    'hello\r\n\r\n',
    `GET ${url.pathname} HTTP/1.1\r\nx: ${'x'.repeat(9000)}\r\n\r\n`,
  ]) {
    const socket = connect({ host: url.hostname, port: Number(url.port) });
    socket.on('error', () => {});
    socket.resume().end(text);
    await once(socket, 'close');
  }
  t.is((await fetch(url)).status, 200);
});

test('when looking fails the server says so to who asked and to who serves', async (t) => {
  const error = new Error('gone');
  const { server, url } = await served(t, async () => {
    throw error;
  });
  t.is((await fetch(url)).status, 500);
  await t.throwsAsync(server.failed, { is: error });
});

test('a port that is taken is refused by name, and a server that is closed answers nobody', async (t) => {
  const { server, url } = await served(t);
  await t.throwsAsync(
    openLiveServer(async () => answerOf('v1'), { port: Number(url.port) }),
    {
      code: 'ERR_CONFIG',
      message: /port \d+ of 127\.0\.0\.1: .* Give another `port`/u,
    },
  );
  await server.close();
  await server.close();
  await t.throwsAsync(fetch(url));
});
