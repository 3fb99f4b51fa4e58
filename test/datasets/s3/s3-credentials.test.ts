import fs from 'node:fs/promises';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { chainModule, s3Credentials } from '../../../datasets/s3/s3-credentials.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

/** An environment whose files of profiles are these. */
async function files(
  t: ExecutionContext,
  { credentials = '', config = '' },
): Promise<Record<string, string>> {
  const folder = await temporaryFolder(t);
  const names = {
    credentials: path.join(folder, 'credentials'),
    config: path.join(folder, 'config'),
  };
  await fs.writeFile(names.credentials, credentials);
  await fs.writeFile(names.config, config);
  return { AWS_SHARED_CREDENTIALS_FILE: names.credentials, AWS_CONFIG_FILE: names.config };
}

const keys = (name: string): string =>
  `aws_access_key_id = ${name}-id\naws_secret_access_key = ${name}-secret\n`;

const missingChain = async (): Promise<never> => {
  const error = new Error(`Cannot find package '${chainModule}' imported from here`);
  throw await Promise.resolve(Object.assign(error, { code: 'ERR_MODULE_NOT_FOUND' }));
};

const inEnvironment = { AWS_ACCESS_KEY_ID: 'env-id', AWS_SECRET_ACCESS_KEY: 'env-secret' };

test('keys of the environment come first', async (t) => {
  const env = {
    ...(await files(t, { credentials: `[default]\n${keys('file')}` })),
    ...inEnvironment,
  };
  t.like(await s3Credentials({ env }).current(), {
    accessKeyId: 'env-id',
    sessionToken: undefined,
  });
  const withToken = { ...env, AWS_SESSION_TOKEN: 'token' };
  t.is((await s3Credentials({ env: withToken }).current()).sessionToken, 'token');
});

test('then those of the profile, of the file of credentials before that of settings', async (t) => {
  const env = await files(t, {
    credentials: `[default]\n${keys('one')}[work]\n${keys('two')}aws_session_token = token`,
    config: `[default]\n${keys('three')}[profile work]\n${keys('four')}[profile home]\n${keys('five')}`,
  });
  const idOf = async (profile: string): Promise<string> =>
    (await s3Credentials({ env: { ...env, AWS_PROFILE: profile } }).current()).accessKeyId;
  t.is(await idOf(''), 'one-id');
  t.is(await idOf('work'), 'two-id');
  t.is(await idOf('home'), 'five-id');
});

test('a profile that is nowhere is named, with the files', async (t) => {
  const env = { ...(await files(t, {})), AWS_PROFILE: 'none' };
  await t.throwsAsync(s3Credentials({ env, importChain: missingChain }).current(), {
    message: /no profile `none`, which `AWS_PROFILE` names, in `.*credentials` or `.*config`/u,
  });
});

test('half of what is needed, and what no key is, is named and not shown', async (t) => {
  const refused = async (env: Record<string, string>, message: RegExp): Promise<void> => {
    const error = await t.throwsAsync(s3Credentials({ env }).current(), { message });
    t.notRegex(error.message, /hidden/u);
  };
  await refused(
    { AWS_ACCESS_KEY_ID: 'hidden' },
    /has `AWS_ACCESS_KEY_ID` and no `AWS_SECRET_ACCESS_KEY`/u,
  );
  await refused(
    { AWS_SECRET_ACCESS_KEY: 'hidden' },
    /has `AWS_SECRET_ACCESS_KEY` and no `AWS_ACC/u,
  );
  await refused(
    { AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'hidden\n' },
    /`AWS_SECRET_ACCESS_KEY` of the environment has characters that no key has/u,
  );
  await refused(
    await files(t, { credentials: '[default]\naws_access_key_id = hidden' }),
    /profile `default` of/u,
  );
  await refused(
    await files(t, { credentials: '[default]\nhidden' }),
    /credentials` cannot be read: line 2/u,
  );
});

test('without any, every way to give some is told', async (t) => {
  const env = await files(t, {});
  const { message } = await t.throwsAsync(
    s3Credentials({ env, importChain: missingChain }).current(),
  );
  for (const way of [
    'AWS_ACCESS_KEY_ID',
    'credentials`',
    `npm install ${chainModule}`,
    'AWS_NO_SIGN_REQUEST=yes',
  ]) {
    t.true(message.includes(way), way);
  }
});

test('a profile that signs on or takes a role is asked of the chain, also when it has keys', async (t) => {
  for (const setting of [
    'role_arn = arn:aws:iam::1:role/a',
    'sso_session = a',
    'credential_process = run',
  ]) {
    const isProcess = setting.startsWith('credential_process');
    const env = {
      ...(await files(t, {
        config: `[profile work]\n${setting}\n${isProcess ? '' : keys('own')}`,
      })),
      AWS_PROFILE: 'work',
    };
    await t.throwsAsync(s3Credentials({ env, importChain: missingChain }).current(), {
      message: /profile `work` signs on, takes a role or runs a program.*npm install/u,
    });
    const asked: unknown[] = [];
    const defaultProvider = (init: unknown): (() => Promise<object>) => {
      asked.push(init);
      return async () => await Promise.resolve({ accessKeyId: 'chain', secretAccessKey: 'secret' });
    };
    const importChain = async (): Promise<object> => await Promise.resolve({ defaultProvider });
    t.is((await s3Credentials({ env, importChain }).current()).accessKeyId, 'chain');
    t.deepEqual(asked, [{ profile: 'work' }]);
  }
});

test('what the chain throws is not passed on: it may hold a secret', async (t) => {
  const env = await files(t, {});
  const fails = async (): Promise<never> => {
    throw await Promise.resolve(Object.assign(new Error('hidden'), { request: 'hidden' }));
  };
  const importChain = async (): Promise<object> =>
    await Promise.resolve({ defaultProvider: () => fails });
  const error = await t.throwsAsync(s3Credentials({ env, importChain }).current(), {
    message: /no credentials were found by the chain of AWS \(Error\)/u,
  });
  t.notRegex(`${error.message} ${String(error.cause)}`, /hidden/u);
});

test('what expired is read anew, once for all that ask at once', async (t) => {
  const env = await files(t, { credentials: `[default]\n${keys('old')}` });
  const source = s3Credentials({ env });
  const old = await source.current();
  t.false(await source.renew(old));
  await fs.writeFile(env['AWS_SHARED_CREDENTIALS_FILE']!, `[default]\n${keys('new')}`);
  t.is((await source.current()).accessKeyId, 'old-id');
  t.deepEqual(await Promise.all([source.renew(old), source.renew(old)]), [true, true]);
  t.is((await source.current()).accessKeyId, 'new-id');
  t.true(await source.renew(old));
  t.false(await source.renew(await source.current()));
});

test('credentials of the chain are asked for at each try, and a chain that gave expired ones is opened anew', async (t) => {
  const env = await files(t, {});
  let opened = 0;
  let given = 0;
  const defaultProvider = (): (() => Promise<object>) => {
    const number = opened++;
    return async () => {
      given += 1;
      return await Promise.resolve({ accessKeyId: `id-${number}`, secretAccessKey: 'secret' });
    };
  };
  const source = s3Credentials({
    env,
    importChain: async () => await Promise.resolve({ defaultProvider }),
  });
  const first = await source.current();
  await source.current();
  t.deepEqual([opened, given], [1, 2]);
  t.true(await source.renew(first));
  t.is((await source.current()).accessKeyId, 'id-1');
});
