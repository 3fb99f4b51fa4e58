import { randomUUID } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import { AwsClient } from 'aws4fetch';
import type { S3Server } from './s3-servers.ts';
import type { SameSet, SetForm } from './same-set.ts';

/** Uploads at once. */
const atOnce = 8;

/** A bucket that is written to, for tests and benchmarks alone. */
export interface Bucket {
  readonly name: string;
  /** Location of a key, or of all of it. */
  readonly location: (key?: string) => string;
  readonly put: (key: string, bytes: Uint8Array | string) => Promise<void>;
  /** Uploads many, some at once. */
  readonly putAll: (
    objects: Iterable<readonly [key: string, bytes: Uint8Array | string]>,
  ) => Promise<void>;
  /** Uploads the files of a folder under their paths below it. */
  readonly putFolder: (folder: string, prefix?: string) => Promise<void>;
  readonly remove: (key: string) => Promise<void>;
}

/** A new bucket of a server, with a name of its own. */
export async function makeBucket(server: S3Server): Promise<Bucket> {
  const { accessKeyId, secretAccessKey, endpoint } = server;
  const client = new AwsClient({
    accessKeyId,
    secretAccessKey,
    service: 's3',
    region: 'us-east-1',
    retries: 3,
  });
  const name = `sincere-${randomUUID()}`;
  const send = async (method: 'PUT' | 'DELETE', key: string, body?: Uint8Array | string) => {
    const url = `${endpoint}/${name}${key === '' ? '' : `/${escaped(key)}`}`;
    const answer = await client.fetch(url, { method, ...(body === undefined ? {} : { body }) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${url}: ${answer.status} ${text.slice(0, 500)}`);
  };
  await send('PUT', '');
  const put = async (key: string, bytes: Uint8Array | string): Promise<void> =>
    await send('PUT', key, bytes);
  const putAll: Bucket['putAll'] = async (objects) =>
    await some(objects, ([key, bytes]) => put(key, bytes));
  return {
    name,
    location: (key = '') => `s3://${name}/${key}`,
    put,
    putAll,
    async putFolder(folder, prefix = '') {
      const entries = await fs.readdir(folder, { recursive: true, withFileTypes: true });
      const files = entries.filter((entry) => entry.isFile());
      await some(files, async (entry) => {
        const file = path.join(entry.parentPath, entry.name);
        const key = prefix + path.relative(folder, file).split(path.sep).join('/');
        await put(key, await fs.readFile(file));
      });
    },
    remove: async (key) => await send('DELETE', key),
  };
}

function escaped(key: string): string {
  return encodeURIComponent(key).replaceAll('%2F', '/');
}

/** Works on some at once; the first failure ends it. */
async function some<T>(items: Iterable<T>, work: (item: T) => Promise<void>): Promise<void> {
  const rest = items[Symbol.iterator]();
  const worker = async (): Promise<void> => {
    for (let next = rest.next(); next.done !== true; next = rest.next()) await work(next.value);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

/** Uploads a set in every form. @returns The location of a form in the bucket. */
export async function setInBucket(
  server: S3Server,
  { root, forms }: SameSet,
): Promise<(form: SetForm) => string> {
  const bucket = await makeBucket(server);
  await bucket.putFolder(root);
  return (form) => bucket.location(forms[form]);
}
