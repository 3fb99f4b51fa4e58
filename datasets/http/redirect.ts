import type { HttpAnswer, HttpRequest } from './http-transport.ts';

/** Redirects that are followed one after the other. */
export const maxRedirects = 5;

/** Headers that are for the server that was asked, and for no other. */
const credentials = new Set(['authorization', 'cookie', 'proxy-authorization']);

/** Whether an answer says to ask elsewhere. */
export function isRedirect({ status }: Pick<HttpAnswer, 'status'>): boolean {
  return [301, 302, 303, 307, 308].includes(status);
}

/**
 * The request that a redirect asks for. Another server is sent no credentials.
 *
 * @throws {Error} When it leads nowhere, or from `https:` to `http:` or another scheme: the message is the reason.
 */
export function redirected(request: HttpRequest, { headers }: HttpAnswer): HttpRequest {
  const { location } = headers;
  if (location === undefined || !URL.canParse(location, request.url)) {
    throw new Error('the server redirected it to nowhere');
  }
  const [from, to] = [new URL(request.url), new URL(location, request.url)];
  const isSafe = to.protocol === 'https:' || (to.protocol === 'http:' && from.protocol === 'http:');
  if (!isSafe) {
    throw new Error(`the server redirected it from \`${from.protocol}\` to \`${to.protocol}\``);
  }
  // User and password of a location are nobody's that was asked for.
  to.username = '';
  to.password = '';
  to.hash = '';
  const kept = Object.entries(request.headers).filter(
    ([name]) => from.origin === to.origin || !credentials.has(name),
  );
  return { method: request.method, url: to.href, headers: Object.fromEntries(kept) };
}
