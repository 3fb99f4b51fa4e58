import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import type { StoredObject } from '../../../datasets/store/object-store.ts';
import { placeOf } from '../../../datasets/store/place.ts';
import { s3Store } from '../../../datasets/store/s3-store.ts';
import { errorDocument } from '../../helpers/fault-proxy.ts';
import { etagOf, type Intercept, objectServer } from '../../helpers/object-server.ts';
import { type S3MemoryServer, s3MemoryServer, sendXml } from '../../helpers/s3-memory-server.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

const photo = Buffer.from('a photo');
const objects = { 'bucket/a.jpg': photo };
const listedPhoto: StoredObject = { key: 'a.jpg', bytes: photo.length, version: etagOf(photo) };

/** Answers that S3 gives, instead of what was asked for. */
function answers(code: string, status: number, more = ''): Intercept {
  return (_, response) => {
    sendXml(response, status, errorDocument(code).replace('</Error>', `${more}</Error>`));
    return true;
  };
}

async function keysOf(listing: AsyncIterable<StoredObject>): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of listing) keys.push(key);
  return keys;
}

const regionsOf = ({ requests }: S3MemoryServer): (string | undefined)[] =>
  requests.map(
    ({ headers }) =>
      /\/(?<region>[\w-]+)\/s3\/aws4_request/u.exec(headers.authorization ?? '')?.groups?.[
        'region'
      ],
  );

test('a bucket is a place, and all of it is in one store', (t) => {
  const [one, other] = [placeOf('s3://photos/a/b.jpg')!, placeOf('s3://photos')!];
  t.is(one.store, other.store);
  t.like(one, { name: 's3://photos/a/b.jpg', key: 'a/b.jpg' });
  t.is(other.key, '');
  t.is(one.store.url('a b'), 's3://photos/a b');
});

test('requests are signed with the credentials of the moment', async (t) => {
  const server = await s3MemoryServer(t, { objects });
  const env: Record<string, string> = {
    ...server.env,
    AWS_SESSION_TOKEN: 'token',
    AWS_REQUEST_PAYER: 'requester',
  };
  const store = s3Store('bucket', { env });
  await store.read(listedPhoto);
  env['AWS_ACCESS_KEY_ID'] = 'other-id';
  await store.read(listedPhoto);
  const [first, second] = server.requests.map(({ headers }) => headers);
  t.regex(
    first!.authorization!,
    /^AWS4-HMAC-SHA256 Credential=key-id\/\d{8}\/us-east-1\/s3\/aws4_request, /u,
  );
  t.regex(second!.authorization!, /Credential=other-id\//u);
  t.is(first!['x-amz-security-token'], 'token');
  t.is(first!['x-amz-request-payer'], 'requester');
  t.is(first!['if-match'], listedPhoto.version);
});

test('a public bucket is asked without credentials when that is wanted, and only then', async (t) => {
  const server = await s3MemoryServer(t, { objects });
  const env = { ...server.env, AWS_NO_SIGN_REQUEST: 'yes' };
  await s3Store('bucket', { env }).read(listedPhoto);
  t.is(server.requests[0]!.headers.authorization, undefined);
  const denied = await s3MemoryServer(t, { intercept: answers('AccessDenied', 403) });
  const store = s3Store('bucket', { env: { ...denied.env, AWS_NO_SIGN_REQUEST: 'yes' } });
  await t.throwsAsync(store.read(listedPhoto), {
    message: /without credentials: `AWS_NO_SIGN_REQUEST` is set/u,
  });
});

/** A server whose bucket is in another region, as it says in both ways that S3 does. */
const elsewhere: Intercept = (request, response) => {
  if (request.headers.authorization?.includes('/eu-west-1/') === true) return false;
  if (request.method === 'HEAD')
    response.writeHead(301, { 'x-amz-bucket-region': 'eu-west-1' }).end();
  else
    sendXml(
      response,
      400,
      errorDocument('AuthorizationHeaderMalformed').replace(
        '</Error>',
        '<Region>eu-west-1</Region></Error>',
      ),
    );
  return true;
};

test('a bucket of another region is asked there, which is told', async (t) => {
  for (const begin of ['find', 'read', 'list'] as const) {
    const server = await s3MemoryServer(t, { objects, intercept: elsewhere });
    const store = s3Store('bucket', { env: server.env });
    t.deepEqual(store.notes!(), []);
    if (begin === 'find') t.deepEqual(await store.find('a.jpg'), listedPhoto);
    if (begin === 'list') t.deepEqual(await keysOf(store.list('')), ['a.jpg']);
    t.deepEqual(Buffer.from(await store.read(listedPhoto)), photo);
    t.is(regionsOf(server)[0], 'us-east-1');
    t.true(
      regionsOf(server)
        .slice(1)
        .every((region) => region === 'eu-west-1'),
    );
    const [note, ...more] = store.notes!();
    t.regex(note!, /`s3:\/\/bucket` is in region `eu-west-1`.*`AWS_REGION=eu-west-1`/u);
    t.is(more.length, 0);
  }
});

test('a bucket that is in another region each time ends the run', async (t) => {
  let number = 0;
  const server = await s3MemoryServer(t, {
    intercept: (request, response, at) =>
      answers('PermanentRedirect', 301, `<Region>region-${number++}</Region>`)(
        request,
        response,
        at,
      ),
  });
  const store = s3Store('bucket', { env: server.env });
  await t.throwsAsync(store.read(listedPhoto), {
    code: 'ERR_DATASET',
    message: /another region, or at another endpoint/u,
  });
  t.is(server.requests.length, 2);
  await t.throwsAsync(store.find('a.jpg'), { code: 'ERR_DATASET' });
});

test('a redirect to another host is not followed: credentials are for the endpoint alone', async (t) => {
  const other = await objectServer(t, { objects });
  for (const status of [301, 302, 307]) {
    const server = await s3MemoryServer(t, {
      intercept: (_, response) => {
        response.writeHead(status, { location: `${other.origin}/bucket/a.jpg` }).end();
        return true;
      },
    });
    const store = s3Store('bucket', { env: server.env });
    await t.throwsAsync(store.read(listedPhoto));
    await t.throwsAsync(store.find('a.jpg'));
  }
  t.is(other.requests.length, 0);
});

test('expired credentials are read anew once, for all readings', async (t) => {
  const file = path.join(await temporaryFolder(t), 'credentials');
  const write = async (name: string): Promise<void> => {
    const token = `aws_session_token = ${name}-token`;
    await fs.writeFile(
      file,
      `[default]\naws_access_key_id = ${name}\naws_secret_access_key = secret\n${token}\n`,
    );
  };
  const valid = new Set(['one']);
  const server = await s3MemoryServer(t, {
    objects,
    intercept: (request, response, number) => {
      const id = /Credential=(?<id>\w+)\//u.exec(request.headers.authorization!)!.groups!['id']!;
      if (valid.has(id)) return false;
      return answers('ExpiredToken', 400)(request, response, number);
    },
  });
  const { AWS_ACCESS_KEY_ID: _, AWS_SECRET_ACCESS_KEY: __, ...rest } = server.env;
  const env = { ...rest, AWS_SHARED_CREDENTIALS_FILE: file, AWS_CONFIG_FILE: '/none' };
  const store = s3Store('bucket', { env });
  await write('one');
  await store.read(listedPhoto);
  valid.clear();
  valid.add('two');
  await write('two');
  const readings = Array.from({ length: 8 }, async () => await store.read(listedPhoto));
  for (const read of await Promise.all(readings)) t.deepEqual(Buffer.from(read), photo);
  valid.clear();
  for (const again of [store.read(listedPhoto), store.find('a.jpg'), keysOf(store.list(''))]) {
    await t.throwsAsync(again, {
      code: 'ERR_DATASET',
      message:
        /credentials of profile `default` of `.*` have expired, and reading them anew gave the same/u,
    });
  }
});

test('what speaks of the store ends the run, and tells the way out', async (t) => {
  const cases: readonly (readonly [string, number, RegExp])[] = [
    ['InvalidAccessKeyId', 403, /knows no access key as that of the environment/u],
    ['SignatureDoesNotMatch', 403, /secret access key of the environment is not that/u],
    ['ExpiredToken', 400, /have expired.*sign on again/u],
    ['NoSuchBucket', 404, /no such bucket.*`AWS_ENDPOINT_URL_S3`/u],
    ['RequestTimeTooSkewed', 403, /clock of this machine .*NTP/u],
    ['PermanentRedirect', 301, /set `AWS_REGION` or `AWS_ENDPOINT_URL_S3`/u],
  ];
  for (const [code, status, message] of cases) {
    const server = await s3MemoryServer(t, { intercept: answers(code, status) });
    const store = s3Store('bucket', { env: server.env });
    const { host } = new URL(server.origin);
    for (const asking of [store.read(listedPhoto), store.find('a.jpg'), keysOf(store.list(''))]) {
      const error = await t.throwsAsync(asking, { code: 'ERR_DATASET', message });
      t.true(error.message.includes('s3://bucket') && error.message.includes(host), error.message);
    }
  }
});

test('a clock that differs is told by how much', async (t) => {
  const server = await s3MemoryServer(t, {
    intercept: (_, response) => {
      response.setHeader('date', new Date(Date.now() + 3_600_000).toUTCString());
      sendXml(response, 403, errorDocument('RequestTimeTooSkewed'));
      return true;
    },
  });
  const store = s3Store('bucket', { env: server.env });
  await t.throwsAsync(store.read(listedPhoto), {
    message: /clock of this machine is 60 min behind that of the server/u,
  });
});

test('what speaks of one object is an error of that object', async (t) => {
  const cases: readonly (readonly [string, number, RegExp])[] = [
    ['NoSuchKey', 404, /^it is gone$/u],
    ['AccessDenied', 403, /403 \(AccessDenied\)/u],
    ['InvalidObjectState', 403, /archived, as of storage class GLACIER/u],
  ];
  for (const [code, status, message] of cases) {
    const server = await s3MemoryServer(t, { intercept: answers(code, status) });
    const error = await t.throwsAsync(s3Store('bucket', { env: server.env }).read(listedPhoto), {
      message,
    });
    t.is(error.name, 'Error');
  }
  const store = s3Store('bucket', { env: {} });
  await t.throwsAsync(store.read({ ...listedPhoto, key: 'a/../b' }), {
    name: 'Error',
    message: /no URL keeps/u,
  });
});

test('settings that are missing end the run before anything is sent', async (t) => {
  const store = s3Store('bucket', {
    env: {
      AWS_SHARED_CREDENTIALS_FILE: '/none',
      AWS_CONFIG_FILE: '/none',
      AWS_ACCESS_KEY_ID: 'id',
    },
  });
  await t.throwsAsync(store.read(listedPhoto), {
    code: 'ERR_DATASET',
    message: /^Could not open `s3:\/\/bucket`: the environment has `AWS_ACCESS_KEY_ID` and no/u,
  });
});

test('thousands of keys are listed by pages, in the order of their bytes, without the objects of folders', async (t) => {
  const keys = Array.from({ length: 2500 }, (_, at) => `n/${at}.jpg`).concat(
    'n/\uFF5E',
    'n/\u{1F600}',
  );
  const all = [...keys, 'n/', 'n/folder/', 'm'].map(
    (key) => [`bucket/${key}`, Buffer.from(key.endsWith('/') ? '' : key)] as const,
  );
  const server = await s3MemoryServer(t, { objects: Object.fromEntries(all) });
  const listed = await keysOf(s3Store('bucket', { env: server.env }).list('n/'));
  t.deepEqual(
    listed,
    keys.toSorted((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other))),
  );
  t.is(server.requests.length, 3);
});

/** One page of a listing, by what is in it. */
const listing = (keys: readonly string[], token?: string): string => {
  const contents = keys.map(
    (key) => `<Contents><Key>${key}</Key><Size>1</Size><ETag>"e"</ETag></Contents>`,
  );
  const next = token === undefined ? '' : `<NextContinuationToken>${token}</NextContinuationToken>`;
  return `<ListBucketResult><IsTruncated>${token !== undefined}</IsTruncated>${next}${contents.join('')}</ListBucketResult>`;
};

test('a listing that cannot be one is refused, with what is wrong', async (t) => {
  const pages =
    (of: (number: number) => string): Intercept =>
    (_, response, number) => {
      sendXml(response, 200, of(number));
      return true;
    };
  const cases: readonly (readonly [Intercept, RegExp])[] = [
    [pages(() => listing(['b/1'])), /`b\/1`, which does not begin with `a\/`/u],
    [pages(() => listing(['a/2', 'a/1'])), /`a\/1` after `a\/2`: keys have to ascend/u],
    [pages(() => listing(['a/1', 'a/1'])), /have to ascend/u],
    [pages((number) => listing(['a/1'], `token-${number}`)), /have to ascend/u],
    [
      pages((number) => listing([`a/${String(number).padStart(4, '0')}`], 'same')),
      /goes on for ever/u,
    ],
    [pages((number) => listing([], `token-${number}`)), /goes on for ever/u],
    [pages(() => errorDocument('Unheard')), /no `ListBucketResult`/u],
    [
      pages(() => `<!DOCTYPE a [<!ENTITY b "${'c'.repeat(1000)}">]>${listing(['a/&b;'])}`),
      /document type/u,
    ],
    [pages(() => listing([]).padEnd(2 ** 24 + 1)), /more than the 16777216/u],
    [
      answers('AccessDenied', 403),
      /403 \(AccessDenied\); listing needs the permission `s3:ListBucket`/u,
    ],
    [answers('Unheard', 400), /400 \(Unheard\)/u],
  ];
  for (const [intercept, message] of cases) {
    const server = await s3MemoryServer(t, { intercept });
    const store = s3Store('bucket', { env: server.env });
    await t.throwsAsync(keysOf(store.list('a/')), { code: 'ERR_DATASET', message });
  }
});

test('a listing that is aborted or given up leaves no request open', async (t) => {
  for (const how of ['abort', 'return'] as const) {
    const abort = new AbortController();
    const reason = new Error('enough');
    let asked = (): void => {};
    const isAsked = new Promise<void>((resolve) => {
      asked = resolve;
    });
    const server = await s3MemoryServer(t, {
      intercept: (_, response, number) => {
        if (number === 0) sendXml(response, 200, listing(['a', 'b'], 'next'));
        // The second page never comes.
        else asked();
        return true;
      },
    });
    const store = s3Store('bucket', { env: server.env });
    const run = async (): Promise<void> => {
      for await (const { key } of store.list('', abort.signal)) {
        if (key === 'a') await isAsked;
        else if (how === 'return') break;
        else abort.abort(reason);
      }
    };
    if (how === 'return') await run();
    else await t.throwsAsync(run, { is: reason });
    await server.closed();
  }
  t.pass();
});
