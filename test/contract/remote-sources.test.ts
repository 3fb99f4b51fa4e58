import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { ServerResponse } from 'node:http';
import test, { type ExecutionContext } from 'ava';
import { faultProxy, repairable } from '../helpers/fault-proxy.ts';
import { openDataset } from '../../datasets/open-dataset.ts';
import type { Dataset } from '../../operators/types.ts';
import {
  filesBelow,
  type ObjectServer,
  objectServer,
  type ObjectServerOptions,
} from '../helpers/object-server.ts';
import { type ImageSet, noisyImages, type SetForm, writeSameSet } from '../helpers/same-set.ts';

/** Forms of a set that a server of files can hold, with shards that are named one by one. */
const forms = {
  tar: 'shard-{000..001}.tar',
  parquet: 'parquet/{000,001}.parquet',
  arrow: 'arrow/{000,001}.arrow',
  csv: 'photos/list.csv',
  jsonl: 'photos/list.jsonl',
} as const satisfies Partial<Record<SetForm, string>>;

type RemoteForm = keyof typeof forms;

const formNames = Object.keys(forms) as readonly RemoteForm[];

/** Images whose names have to be escaped in a URL. */
async function oddlyNamed(): Promise<ImageSet> {
  const plain = await noisyImages([5, 4, 3]);
  const named = [...plain].map(([name, bytes]) => {
    const [folder = '', file = ''] = name.split('/');
    return [`${folder} é#%41/ü +${file}`, bytes] as const;
  });
  return new Map(named);
}

/** A server with a set in every form, asked through `intercept` once `arm` was called. */
interface Served {
  readonly images: ImageSet;
  readonly server: ObjectServer;
  readonly open: (form: RemoteForm) => Promise<Dataset>;
  readonly arm: (intercept: NonNullable<ObjectServerOptions['intercept']>) => void;
}

/** The set and its files, written once. */
const written = (async () => {
  const root = await fs.mkdtemp(path.join(os.tmpdir(), 'sincere-test-'));
  const images = await oddlyNamed();
  await writeSameSet(root, images);
  const objects = await filesBelow(root);
  await fs.rm(root, { recursive: true });
  return { images, objects };
})();

async function served(t: ExecutionContext): Promise<Served> {
  const { images, objects } = await written;
  let armed: ObjectServerOptions['intercept'];
  const server = await objectServer(t, {
    objects,
    intercept: (request, response, number) => armed?.(request, response, number) ?? false,
  });
  return {
    images,
    server,
    open: async (form) => await openUnkept(`${server.origin}/${forms[form]}`),
    arm: (intercept) => {
      armed = intercept;
    },
  };
}

/** Opens a dataset whose images are not kept, which some sources do in passing. */
const openUnkept = async (location: string): Promise<Dataset> =>
  await openDataset(location, { cacheGb: 0 });

const positionsOf = ({ count }: Dataset): readonly number[] => [...Array(count).keys()];

const readAll = async (dataset: Dataset): Promise<ReadonlyMap<string, Uint8Array>> => {
  const read = positionsOf(dataset).map(
    async (at) => [dataset.sample(at).id, await dataset.read(at)] as const,
  );
  return new Map(await Promise.all(read));
};

const asText = (images: ReadonlyMap<string, Uint8Array>) =>
  [...images].map(([id, bytes]) => [id, Buffer.from(bytes).toString('base64')]);

for (const form of formNames) {
  test(`${form} on a server: every image comes, whatever has to be escaped in its name`, async (t) => {
    const { images, open } = await served(t);
    const dataset = await open(form);
    t.deepEqual(asText(await readAll(dataset)), asText(images));
    t.deepEqual(dataset.classes, ['a é#%41', 'b é#%41', 'c é#%41']);
  });

  test(`${form} on a server: bodies that are cut and answers that fail once are asked for again`, async (t) => {
    const { images, server } = await served(t);
    const seen = new Set<string>();
    const { origin } = await faultProxy(t, {
      target: server.origin,
      plan(_, { method, url }) {
        const key = `${method} ${url}`;
        // The back-offs of more take long.
        if (seen.has(key) || seen.size >= 8) return undefined;
        seen.add(key);
        // Every other one is cut, and the rest are refused.
        const isCut = seen.size % 2 === 0 && method === 'GET';
        return isCut ? { kind: 'cut', share: 0.5 } : repairable['503'];
      },
    });
    const dataset = await openUnkept(`${origin}/${forms[form]}`);
    t.deepEqual(asText(await readAll(dataset)), asText(images));
  });

  test(`${form} on a server: an abort ends a read in the middle of its body`, async (t) => {
    const { open, server, arm } = await served(t);
    const dataset = await open(form);
    const begun = new Promise<void>((resolve) => {
      arm((request, response) => {
        if (request.method !== 'GET') return false;
        begin(response);
        resolve();
        return true;
      });
    });
    const stop = new AbortController();
    const reason = new Error('enough');
    const reads = positionsOf(dataset).map(async (at) => await dataset.read(at, stop.signal));
    const ended = Promise.allSettled(reads);
    await begun;
    stop.abort(reason);
    for (const result of await ended) {
      if (result.status === 'rejected') t.is(result.reason, reason);
    }
    t.true((await ended).some(({ status }) => status === 'rejected'));
    t.is(await openAfter(server), 0);
  });

  test(`${form} on a server: an object that changes after it was opened is named, and never mixed in`, async (t) => {
    const { images, open, server } = await served(t);
    const dataset = await open(form);
    for (const [key, bytes] of server.objects) {
      if (!/\.(?:csv|jsonl)$/u.test(key)) server.objects.set(key, changed(bytes));
    }
    const isByName = form === 'csv' || form === 'jsonl';
    for (const at of positionsOf(dataset)) {
      const { id } = dataset.sample(at);
      // The images of a manifest are looked up at their first reading.
      if (isByName) t.deepEqual(await dataset.read(at), changed(images.get(id)!));
      else {
        await t.throwsAsync(async () => await dataset.read(at), {
          code: 'ERR_READ',
          message: /it has changed since it was listed/u,
        });
      }
    }
    if (!isByName) return;
    for (const [key, bytes] of server.objects) server.objects.set(key, changed(bytes));
    await t.throwsAsync(async () => await dataset.read(0), { message: /has changed/u });
  });

  test(`${form} on a server: what is gone is named`, async (t) => {
    const { open, server } = await served(t);
    const dataset = await open(form);
    server.objects.clear();
    await t.throwsAsync(async () => await dataset.read(0), {
      code: 'ERR_READ',
      message: new RegExp(`Could not read \`${escaped(dataset.sample(0).id)}\``, 'u'),
    });
  });

  test(`${form} on a server: no message holds what a URL asks with`, async (t) => {
    const { server } = await served(t);
    const secret = 'X-Amz-Signature=feedbeef';
    const location = `${server.origin}/nothing-${forms[form].replaceAll('/', '-')}?${secret}`;
    const error = await t.throwsAsync(async () => await openDataset(location));
    t.false(JSON.stringify([error.message, error.stack, String(error.cause)]).includes('feedbeef'));
  });
}

function begin(response: ServerResponse): void {
  response.writeHead(206, { 'content-length': 1000 });
  response.write(Buffer.alloc(10));
}

function changed(bytes: Uint8Array): Uint8Array {
  const other = Uint8Array.from(bytes);
  other[other.length - 1]! ^= 1;
  return other;
}

/** Sockets that are left when the server has seen those that were aborted close. */
async function openAfter(server: ObjectServer): Promise<number> {
  while (server.openSockets > 0) await new Promise((resolve) => setImmediate(resolve));
  return server.openSockets;
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/gu, String.raw`\$&`);
}

test('what a server refuses is told with the location, whatever would be opened there', async (t) => {
  const { origin } = await objectServer(t, {
    intercept: (_, response) => {
      response.writeHead(403).end();
      return true;
    },
  });
  for (const name of [
    'photos',
    'a.tar',
    'a-{0..1}.tar',
    'a.parquet',
    'a.arrow',
    'a.csv',
    'a.jsonl',
  ]) {
    const error = await t.throwsAsync(openDataset(`${origin}/${name}`, { cacheGb: 0 }), {
      code: 'ERR_DATASET',
    });
    t.true(error.message.includes(`${origin}/${name.slice(0, 1)}`), error.message);
    t.regex(error.message, name === 'photos' ? /list nothing|403/u : /403/u, name);
  }
});

test('names in braces are told as they are written', async (t) => {
  const { server, open } = await served(t);
  t.is((await open('tar')).name, `${server.origin}/${forms.tar}`);
});
