import fs from 'node:fs/promises';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { keyFault, readS3Location, s3Address } from '../../../datasets/s3/s3-address.ts';
import { readS3Settings } from '../../../datasets/s3/s3-settings.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

type Environment = Readonly<Record<string, string>>;

async function environment(
  t: ExecutionContext,
  config: string,
  more: Environment = {},
): Promise<Environment> {
  const file = path.join(await temporaryFolder(t), 'config');
  await fs.writeFile(file, config);
  return { AWS_CONFIG_FILE: file, AWS_SHARED_CREDENTIALS_FILE: '/none', ...more };
}

async function addressOf(
  t: ExecutionContext,
  more: Environment,
  { config = '', bucket = 'photos', key = 'a b/é.jpg' } = {},
): Promise<string> {
  const settings = await readS3Settings(bucket, await environment(t, config, more));
  return s3Address(bucket, key, settings, settings.region);
}

const escaped = 'a%20b/%C3%A9.jpg';

test('a bucket is a host of AWS, of the region that is set', async (t) => {
  t.is(await addressOf(t, {}), `https://photos.s3.us-east-1.amazonaws.com/${escaped}`);
  for (const name of ['AWS_REGION', 'AWS_DEFAULT_REGION']) {
    t.is(
      await addressOf(t, { [name]: 'eu-west-1' }),
      `https://photos.s3.eu-west-1.amazonaws.com/${escaped}`,
    );
  }
  const config = '[default]\nregion = ap-south-1';
  t.regex(await addressOf(t, {}, { config }), /s3\.ap-south-1\.amazonaws\.com/u);
  t.regex(
    await addressOf(t, { AWS_REGION: 'cn-north-1' }),
    /s3\.cn-north-1\.amazonaws\.com\.cn\//u,
  );
  const variant = { AWS_USE_FIPS_ENDPOINT: 'true', AWS_USE_DUALSTACK_ENDPOINT: 'true' };
  t.regex(await addressOf(t, variant), /photos\.s3-fips\.dualstack\.us-east-1\.amazonaws\.com/u);
});

test('a bucket that is no name of a host, or of two words, stands in the path', async (t) => {
  for (const bucket of ['my.photos', 'my_photos', 'Photos']) {
    t.is(
      await addressOf(t, {}, { bucket }),
      `https://s3.us-east-1.amazonaws.com/${bucket}/${escaped}`,
    );
  }
});

test('another endpoint has buckets in the path, unless a profile says otherwise', async (t) => {
  const one = { AWS_ENDPOINT_URL: 'http://localhost:9000/' };
  const endpoints = { ...one, AWS_ENDPOINT_URL_S3: 'https://s3.example.org/base/' };
  t.is(await addressOf(t, one), `http://localhost:9000/photos/${escaped}`);
  t.is(await addressOf(t, endpoints), `https://s3.example.org/base/photos/${escaped}`);
  const config = `[default]
services = mine
s3 =
  addressing_style = virtual
[services mine]
s3 =
  endpoint_url = https://mine.example.org
`;
  t.is(await addressOf(t, {}, { config }), `https://photos.mine.example.org/${escaped}`);
  t.is(await addressOf(t, endpoints, { config }), `https://photos.s3.example.org/base/${escaped}`);
  const ignored = { AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' };
  t.regex(await addressOf(t, ignored, { config }), /amazonaws/u);
});

test('a setting of no use is refused by its name, and not shown', async (t) => {
  const refused = async (more: Environment, message: RegExp): Promise<void> => {
    const error = await t.throwsAsync(readS3Settings('photos', await environment(t, '', more)), {
      message,
    });
    t.notRegex(error.message, /hidden/u);
  };
  for (const url of ['hidden', 'http://user:hidden@host', 'https://host/?hidden', 'ftp://hidden']) {
    await refused({ AWS_ENDPOINT_URL_S3: url }, /endpoint of S3, as in `AWS_ENDPOINT_URL_S3`/u);
  }
  await refused({ AWS_REGION: 'hidden/..' }, /region of S3, as in `AWS_REGION`/u);
  await refused({ AWS_NO_SIGN_REQUEST: 'hidden' }, /`AWS_NO_SIGN_REQUEST` to be `yes` or `no`/u);
  await refused({ AWS_REQUEST_PAYER: 'hidden' }, /`AWS_REQUEST_PAYER` to be `requester`/u);
});

test('nothing in a location is escaped', (t) => {
  t.deepEqual(readS3Location('s3://photos/a%20b/?c#d'), { bucket: 'photos', key: 'a%20b/?c#d' });
  t.deepEqual(readS3Location('S3://photos'), { bucket: 'photos', key: '' });
  t.deepEqual(readS3Location('s3://photos//a/'), { bucket: 'photos', key: '/a/' });
});

test('a location without a bucket is refused, and not shown', (t) => {
  for (const location of [
    's3:',
    's3://',
    's3:///hidden',
    's3:hidden',
    's3://a',
    's3://hidden bucket/a',
    's3://arn:hidden',
  ]) {
    const error = t.throws(() => readS3Location(location), { instanceOf: RangeError });
    t.regex(error.message, /`s3:\/\/bucket\/key`/u);
    t.notRegex(error.message, /hidden/u);
  }
  const error = t.throws(() => readS3Location('s3://id:hidden@photos/a'), {
    instanceOf: RangeError,
  });
  t.regex(error.message, /without user and password/u);
});

test('a key that no URL keeps is told so', (t) => {
  for (const key of ['../a', 'a/./b', 'a/..', '.']) t.regex(keyFault(key)!, /no URL keeps/u);
  t.regex(keyFault('a\uD800')!, /no Unicode/u);
  for (const key of ['a', '/a', 'a//b', '...', 'a/..b', '%2e%2e/a', '\u{1F600}'])
    t.is(keyFault(key), undefined);
});
