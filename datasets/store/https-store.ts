import { PipelineError } from '../../operators/errors.ts';
import { httpClient, type HttpClientOptions } from '../http/http-client.ts';
import { httpObjects } from './http-objects.ts';
import type { ObjectStore, Place } from './object-store.ts';
import { decoded, keyOfUrl, pathOfKey } from './url-keys.ts';

/** Files of an HTTP server. */
export interface HttpsStore extends ObjectStore {
  /** Key of a URL of the server, whose query and exact spelling the store keeps to itself. */
  keyOf(url: URL): string;
}

/** Options of `httpsStore`. */
export interface HttpsStoreOptions extends HttpClientOptions {
  /** User and password as a URL has them, which only this server is told. */
  readonly credentials?: Pick<URL, 'username' | 'password'> | undefined;
}

/**
 * Files of an HTTP server: keys are paths below its root as text, so that `a b.jpg` is `a%20b.jpg` of its URL.
 *
 * A query may be a signature, and user and password are credentials: keys, names and messages have neither.
 *
 * @param origin Scheme, host and port, as `https://example.org`.
 */
export function httpsStore(origin: string, options: HttpsStoreOptions = {}): HttpsStore {
  const { credentials, ...client } = options;
  const authorization = credentials === undefined ? {} : basic(credentials);
  // Of URLs with a query, and of those that are spelt otherwise than their keys would be.
  const addresses = new Map<string, string>();
  const url = (key: string): string => `${origin}/${pathOfKey(key)}`;
  return {
    name: origin,
    isRemote: true,
    url,
    file: () => null,
    // oxlint-disable-next-line require-yield -- there is nothing to list
    async *list(prefix) {
      throw notListed(origin, url(prefix));
    },
    keyOf(address) {
      const key = keyOfUrl(address);
      const { pathname, search } = address;
      if (`/${pathOfKey(key)}` !== pathname || search !== '') addresses.set(key, pathname + search);
      return key;
    },
    ...httpObjects({
      transport: httpClient(client),
      sending: (key, method, headers) => ({
        make: () => ({
          method,
          url: origin + (addresses.get(key) ?? `/${pathOfKey(key)}`),
          headers: { ...headers, ...authorization },
        }),
      }),
      url,
      followsRedirects: true,
    }),
  };
}

function basic({ username, password }: Pick<URL, 'username' | 'password'>): {
  readonly authorization: string;
} {
  const user = `${decoded(username)}:${decoded(password)}`;
  return { authorization: `Basic ${Buffer.from(user).toString('base64')}` };
}

function notListed(origin: string, url: string): PipelineError {
  return new PipelineError(
    'ERR_DATASET',
    `Could not list \`${url}\`: HTTP servers list nothing. Name the images in a manifest, or tars and tables as ` +
      `\`${origin}/photos-{000..099}.tar\``,
    { path: url },
  );
}

/** Stores of this process by server and user: each bounds what its server is asked. */
const stores = new Map<string, HttpsStore>();

/**
 * The place of an `http:` or `https:` URL. All places of one server are in one store.
 *
 * @throws {RangeError} When it is no URL.
 */
export function httpsPlace(location: string): Place {
  if (!URL.canParse(location)) {
    throw new RangeError('Expected a location that begins with `http:` or `https:` to be a URL');
  }
  const url = new URL(location);
  const { username, password, origin } = url;
  const server = JSON.stringify([origin, username, password]);
  const credentials = username === '' && password === '' ? undefined : { username, password };
  const store = stores.get(server) ?? httpsStore(origin, { credentials });
  stores.set(server, store);
  const key = store.keyOf(url);
  return { name: store.url(key), store, key };
}
