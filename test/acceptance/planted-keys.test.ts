import { randomBytes } from 'node:crypto';
import fs from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import path from 'node:path';
import { inspect } from 'node:util';
import test, { type ExecutionContext } from 'ava';
import { usualTries } from '../../datasets/http/try-again.ts';
import { openDataset } from '../../datasets/open-dataset.ts';
import { s3Store } from '../../datasets/store/s3-store.ts';
import { runCommandLine } from '../helpers/command-line.ts';
import { writeImageTree } from '../helpers/image-tree.ts';
import type { Intercept } from '../helpers/object-server.ts';
import { runProgram } from '../helpers/program.ts';
import { type S3MemoryServer, s3MemoryServer, sendXml } from '../helpers/s3-memory-server.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

// Each test changes the environment of the process: they take turns.
const serial = test.serial;

/** A key that occurs nowhere by chance. */
const planted = (name: string): string => `${name}${randomBytes(12).toString('hex')}`;

const secrets = {
  environmentId: planted('AKIA'),
  environmentSecret: `${planted('es')}/+${planted('=')}`,
  environmentToken: planted('et'),
  profileId: planted('AKIB'),
  profileSecret: planted('ps'),
  profileToken: planted('pt'),
  locationId: planted('AKIC'),
  locationSecret: planted('ls'),
  endpointPassword: planted('ep'),
  signature: planted('sg'),
  password: planted('pw'),
};

/** A secret as it is, as URLs have it, and as headers of HTTP do. */
const needles: readonly string[] = Object.values(secrets).flatMap((secret) => [
  secret,
  encodeURIComponent(secret),
  Buffer.from(`user:${secret}`).toString('base64'),
]);

/** Texts that no output may have either: a signature of any request. */
const signed = /AWS4-HMAC-SHA256 Credential|Signature=[0-9a-f]{64}/u;

function searched(t: ExecutionContext, text: string, where: string): void {
  for (const needle of needles) t.false(text.includes(needle), `${where} has a planted key`);
  t.notRegex(text, signed, where);
}

async function searchFiles(t: ExecutionContext, folder: string): Promise<number> {
  const entries = await fs.readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  for (const { parentPath, name } of files) {
    const file = path.join(parentPath, name);
    // Bytes as characters: keys are ASCII.
    searched(t, await fs.readFile(file, 'latin1'), file);
  }
  return files.length;
}

/** Credentials of both places; `of` says which are used. */
async function plant(
  t: ExecutionContext,
  server: S3MemoryServer,
  of: 'environment' | 'profile',
): Promise<{ readonly env: Readonly<Record<string, string>>; readonly out: string }> {
  const root = await temporaryFolder(t);
  const aws = path.join(root, 'credentials');
  const { profileId, profileSecret, profileToken } = secrets;
  await fs.writeFile(
    aws,
    `[work]\naws_access_key_id=${profileId}\naws_secret_access_key=${profileSecret}\naws_session_token=${profileToken}\n`,
  );
  const out = path.join(root, 'out');
  await fs.mkdir(out);
  const inEnvironment = {
    AWS_ACCESS_KEY_ID: secrets.environmentId,
    AWS_SECRET_ACCESS_KEY: secrets.environmentSecret,
    AWS_SESSION_TOKEN: secrets.environmentToken,
  };
  const env = {
    AWS_ENDPOINT_URL_S3: server.origin,
    AWS_SHARED_CREDENTIALS_FILE: aws,
    AWS_CONFIG_FILE: path.join(root, 'none'),
    XDG_CACHE_HOME: path.join(out, 'cache'),
    ...(of === 'environment' ? inEnvironment : { AWS_PROFILE: 'work' }),
  };
  return { env, out };
}

/** Sets variables of this process until the test has ended. */
function useEnvironment(t: ExecutionContext, env: Readonly<Record<string, string>>): void {
  const before = { ...process.env };
  Object.assign(process.env, env);
  t.teardown(() => {
    for (const name of Object.keys(env)) delete process.env[name];
    Object.assign(process.env, before);
  });
}

async function photos(t: ExecutionContext, bucket: string): Promise<Record<string, Uint8Array>> {
  const folder = await temporaryFolder(t);
  await writeImageTree(folder, [6, 6]);
  const entries = await fs.readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const objects = await Promise.all(
    files.map(async ({ parentPath, name }) => {
      const file = path.join(parentPath, name);
      return [`${bucket}/photos/${path.relative(folder, file)}`, await fs.readFile(file)] as const;
    }),
  );
  return Object.fromEntries(objects);
}

const small = ['--image-size', '8', '--batch-size', '4', '--threads', '1'];

for (const of of ['environment', 'profile'] as const) {
  serial(
    `keys of the ${of} are in no output and no file of a run, an export and prepared images`,
    async (t) => {
      const bucket = `works-${of}`;
      const server = await s3MemoryServer(t, { objects: await photos(t, bucket) });
      const { env, out } = await plant(t, server, of);
      useEnvironment(t, env);
      const data = `s3://${bucket}/photos`;
      const at = (name: string): string => path.join(out, name);
      const commands = [
        ['train', data, '--out', at('run'), '--steps', '2', ...small],
        ['embed', data, '--model', at('run'), '--out', at('export'), '--batch-size', '4'],
        ['prepare', data, '--out', at('prepared')],
        ['inspect', at('run')],
        ['inspect', at('export')],
        ['inspect', at('prepared')],
      ];
      for (const command of commands) {
        const { exitCode, stdout, stderr } = await runCommandLine(command);
        t.is(exitCode, 0, stderr);
        searched(t, stdout + stderr, command[0]!);
      }
      const used = server.requests.filter(({ headers }) =>
        needles.includes(String(headers['x-amz-security-token'])),
      );
      t.true(used.length > 12, 'the planted keys were used');
      t.true((await searchFiles(t, out)) > 5);
    },
  );
}

/** What a server may answer with: all that it was sent. */
const echoes =
  (code: string, status: number): Intercept =>
  (request: IncomingMessage, response) => {
    const { authorization, 'x-amz-security-token': token } = request.headers;
    const told = `<AWSAccessKeyId>${secrets.environmentId}</AWSAccessKeyId><StringToSign>${authorization} ${String(token)}</StringToSign>`;
    response.setHeader('x-amz-id-2', `${authorization}`);
    sendXml(
      response,
      status,
      `<Error><Code>${code}</Code><Message>${authorization}</Message>${told}</Error>`,
    );
    return true;
  };

const failures: Readonly<Record<string, Intercept>> = {
  'a wrong secret': echoes('SignatureDoesNotMatch', 403),
  'an unknown key': echoes('InvalidAccessKeyId', 403),
  'expired credentials': echoes('ExpiredToken', 400),
  'denied access': echoes('AccessDenied', 403),
  'an unheard error': echoes('Unheard', 418),
  'an error whose code is a key': echoes(secrets.environmentId, 400),
  'another region': echoes('PermanentRedirect', 301),
  'no listing': (request, response) => {
    sendXml(response, 200, `<Listing>${request.headers.authorization}</Listing>`);
    return true;
  },
  'no HTTP': (request) => {
    request.socket.end(`${request.headers.authorization}\r\n\r\n`);
    return true;
  },
};

/** An error with all that hangs on it, hidden or not. */
const everything = (error: unknown): string =>
  inspect(error, { showHidden: true, depth: 20, getters: true, maxStringLength: null }) +
  String((error as Error | undefined)?.stack);

for (const [name, intercept] of Object.entries(failures)) {
  serial(`keys are in no error of ${name}`, async (t) => {
    const server = await s3MemoryServer(t, { intercept });
    const { env } = await plant(t, server, 'environment');
    const tries = { ...usualTries, count: 2, firstMs: 1, maxMs: 1 };
    const store = s3Store('bucket', { env, tries });
    const list = async (): Promise<void> => {
      for await (const object of store.list('')) t.fail(object.key);
    };
    await t.throwsAsync(list);
    const read = async (): Promise<unknown> =>
      await store.read({ key: 'a', bytes: 1, version: '"e"' });
    for (const ask of [async (): Promise<unknown> => await store.find('a'), read, list]) {
      // A look-up that finds something is no failure.
      const error: unknown = await ask().catch((reason: unknown) => reason);
      searched(t, everything(error), name);
    }
    searched(t, everything(store), name);
    searched(t, JSON.stringify(store), name);
  });
}

serial('keys are in no output of verbs that fail, and nothing that they leave', async (t) => {
  for (const [at, [name, intercept]] of Object.entries(failures).entries()) {
    // Of this one every try would be waited for.
    if (name === 'no HTTP') continue;
    const server = await s3MemoryServer(t, { intercept });
    const { env, out } = await plant(t, server, 'environment');
    useEnvironment(t, env);
    const { exitCode, stdout, stderr } = await runCommandLine([
      'prepare',
      `s3://fails-${at}/photos`,
      '--out',
      path.join(out, 'p'),
    ]);
    t.not(exitCode, 0);
    t.regex(stderr, /s3:\/\/fails-/u, name);
    searched(t, stdout + stderr, name);
    await searchFiles(t, out);
  }
});

serial('keys that stand in a location or an endpoint are refused, and not repeated', async (t) => {
  const server = await s3MemoryServer(t);
  const { env, out } = await plant(t, server, 'environment');
  const { locationId, locationSecret, endpointPassword } = secrets;
  const commands = [
    [{}, `s3://${locationId}:${locationSecret}@bucket/photos`],
    [{}, `s3://${locationId}:${encodeURIComponent(locationSecret)}@bucket`],
    [
      { AWS_ENDPOINT_URL_S3: `http://user:${endpointPassword}@127.0.0.1:1` },
      's3://endpoint/photos',
    ],
  ] as const;
  for (const [more, data] of commands) {
    useEnvironment(t, { ...env, ...more });
    for (const verb of ['train', 'prepare', 'embed']) {
      const model = verb === 'embed' ? ['--model', 'none'] : [];
      const { exitCode, stdout, stderr } = await runCommandLine([
        verb,
        data,
        '--out',
        path.join(out, 'o'),
        ...model,
      ]);
      t.not(exitCode, 0);
      searched(t, stdout + stderr, verb);
    }
    const error = await t.throwsAsync(openDataset(data));
    searched(t, everything(error), data.slice(0, 5));
    await searchFiles(t, out);
  }
});

serial('user, password and signature of a URL are in no output and no file', async (t) => {
  const server = await s3MemoryServer(t);
  const { env, out } = await plant(t, server, 'environment');
  useEnvironment(t, env);
  const { host } = new URL(server.origin);
  const data = `http://user:${secrets.password}@${host}/a.tar?X-Amz-Signature=${secrets.signature}`;
  for (const verb of ['prepare', 'train']) {
    const { exitCode, stdout, stderr } = await runCommandLine([
      verb,
      data,
      '--out',
      path.join(out, verb),
    ]);
    t.not(exitCode, 0);
    searched(t, stdout + stderr, verb);
  }
  searched(t, everything(await t.throwsAsync(openDataset(data))), 'error');
  await searchFiles(t, out);
});

serial('a process of its own that fails tells no keys', async (t) => {
  const server = await s3MemoryServer(t, { intercept: echoes('SignatureDoesNotMatch', 403) });
  const { env, out } = await plant(t, server, 'profile');
  const { code, stdout, stderr } = await runProgram(
    ['train', 's3://bucket/photos', '--out', path.join(out, 'run'), ...small],
    { ...env, NODE_DEBUG: '' },
  );
  t.is(code, 1);
  t.regex(stderr, /secret access key of profile `work`/u);
  searched(t, stdout + stderr, 'process');
  await searchFiles(t, out);
});
