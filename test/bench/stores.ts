/**
 * Training from every kind of store, beside its steps alone: `.ci/object-stores/run npx tsx test/bench/stores.ts --data DIR
 * [--encoder resnet18:imagenet] [--batch-size 16] [--views 2] [--size 224] [--steps 8] [--latency 20] [--limit 64]
 * [--forms folder,s3-tar] [--json]`.
 *
 * `DIR` has a folder of images for each class, of which `--limit` are used. They are written anew in every form, and put
 * into a bucket of the S3 server that was started, which is asked through a proxy that holds every request back for
 * `--latency` milliseconds. No decoded image is kept: whatever a step takes is read from the store, or from the cache of a
 * remote one once it was read.
 */
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { openImageFolder } from '../../datasets/folder/image-folder.ts';
import { limitPerClass } from '../../datasets/subsets/limit-per-class.ts';
import { availableCores } from '../../operators/threads/available-cores.ts';
import { faultProxy, type FaultProxy } from '../helpers/fault-proxy.ts';
import { makeBucket } from '../helpers/put-objects.ts';
import { startedS3Server } from '../helpers/s3-servers.ts';
import { type ImageSet, type SameSet, setForms, writeSameSet } from '../helpers/same-set.ts';
import { answeringProcess, ourSide } from './answering-process.ts';
import { builtPackage } from './built-package.ts';
import type { LoopAnswer, LoopRequest } from './loop.ts';

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    limit: { type: 'string', default: '64' },
    encoder: { type: 'string', default: 'resnet18:imagenet' },
    'batch-size': { type: 'string', default: '16' },
    views: { type: 'string', default: '2' },
    size: { type: 'string', default: '224' },
    steps: { type: 'string', default: '8' },
    latency: { type: 'string', default: '20' },
    forms: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
if (values.data === undefined) throw new Error('Give a folder of images with `--data`');

const endings: (() => unknown)[] = [];
const until = { teardown: (end: () => unknown) => endings.push(end) };
const built = await builtPackage();
const root = await fs.mkdtemp(path.join(os.tmpdir(), 'sincere-bench-'));
endings.push(() => fs.rm(root, { recursive: true }));
try {
  const set = await writeSameSet(root, await imagesIn(values.data, Number(values.limit)));
  const remote = await inBucket(set);
  const locations = new Map<string, string>([
    ...setForms.map((form) => [form, path.join(root, set.forms[form])] as const),
    ...(remote?.locations ?? []),
  ]);
  const chosen = values.forms?.split(',') ?? [...locations.keys()];
  for (const form of chosen) {
    const before = remote?.proxy.requests ?? 0;
    const answer = await trained(locations.get(form)!, form, remote?.env ?? {});
    const requests = (remote?.proxy.requests ?? 0) - before;
    console.log(values.json ? JSON.stringify({ form, requests, ...answer }) : line(form, answer));
  }
} finally {
  for (const end of endings.toReversed()) await end();
}

async function imagesIn(folder: string, perClass: number): Promise<ImageSet> {
  const dataset = limitPerClass(await openImageFolder(folder), perClass, 0);
  const images = new Map<string, Uint8Array>();
  for (let position = 0; position < dataset.count; position += 1) {
    images.set(dataset.sample(position).id, await dataset.read(position));
  }
  return images;
}

/** Those forms that an object store holds, behind a latency; none without a server. */
async function inBucket({ root, forms }: SameSet): Promise<Remote | undefined> {
  const server = startedS3Server('Swift') ?? startedS3Server('moto');
  if (server === undefined) {
    console.error('no S3 server: start this by `.ci/object-stores/run`');
    return undefined;
  }
  const bucket = await makeBucket(server);
  for (const name of await fs.readdir(root)) {
    const stat = await fs.stat(path.join(root, name));
    if (stat.isDirectory()) await bucket.putFolder(path.join(root, name), `${name}/`);
    else await bucket.put(name, await fs.readFile(path.join(root, name)));
  }
  const latencyMs = Number(values.latency);
  const proxy = await faultProxy(until, {
    target: server.endpoint,
    plan: () => undefined,
    latencyMs,
  });
  const remote = ['folder', 'tar', 'parquet', 'arrow', 'csv'] as const;
  return {
    proxy,
    env: { ...server.env, AWS_ENDPOINT_URL_S3: proxy.origin },
    locations: remote.map((form) => [`s3-${form}`, bucket.location(forms[form])] as const),
  };
}

interface Remote {
  readonly proxy: FaultProxy;
  readonly env: Readonly<Record<string, string>>;
  readonly locations: readonly (readonly [form: string, location: string])[];
}

async function trained(
  data: string,
  form: string,
  env: Readonly<Record<string, string>>,
): Promise<LoopAnswer> {
  const request: LoopRequest = {
    data,
    limit: Number(values.limit),
    encoder: values.encoder,
    batchSize: Number(values['batch-size']),
    views: Number(values.views),
    imageSize: Number(values.size),
    steps: Number(values.steps),
    threads: availableCores(),
    fresh: true,
    out: path.join(root, 'runs', form),
  };
  const side = await answeringProcess<object, LoopAnswer>(
    process.execPath,
    ourSide('loop-worker.ts', built, []),
    { ...process.env, ...env, XDG_CACHE_HOME: path.join(root, 'caches', form) },
  );
  const answer = await side.ask(request);
  side.end();
  return answer;
}

function line(
  form: string,
  { loopRate, stepRate, stepInLoopRate, ratio, peakMb }: LoopAnswer,
): string {
  return (
    `${form.padEnd(12)} ${loopRate.toFixed(1)} images/s of ${stepRate.toFixed(1)} of the steps alone ` +
    `(${(100 * ratio).toFixed(1)} %; in the run ${stepInLoopRate.toFixed(1)}), peak ${peakMb.toFixed(0)} MB`
  );
}
