import test, { type ExecutionContext } from 'ava';
import type { HttpClientOptions } from '../../datasets/http/http-client.ts';
import type { HttpTraffic } from '../../datasets/http/http-transport.ts';
import { httpsStore } from '../../datasets/store/https-store.ts';
import type { ObjectStore, StoredObject } from '../../datasets/store/object-store.ts';
import { s3Store } from '../../datasets/store/s3-store.ts';
import { messageOf } from '../../operators/errors.ts';
import { permits } from '../../operators/flow/permits.ts';
import { seededRandom } from '../../operators/random.ts';
import { type Fault, faultProxy, type FaultProxy, repairable } from '../helpers/fault-proxy.ts';
import { etagOf, objectServer } from '../helpers/object-server.ts';
import { makeBucket } from '../helpers/put-objects.ts';
import { s3Server } from '../helpers/s3-servers.ts';

/** Images that are read through faults. */
const count = process.env['CAMPAIGN'] === '1' ? 10_000 : 200;

/** All times of a client divided by twenty, as nobody waits for 30 seconds here. */
const quick: HttpClientOptions = {
  times: { connectMs: 10_000, firstByteMs: 1500, stallMs: 1500, minBytes: 2 ** 14 },
  tries: { count: 10, firstCount: 3, totalMs: 60_000, firstMs: 5, maxMs: 750, maxAskedMs: 3000 },
};
const hedging = { maxBytes: 2 ** 20, minMs: 100, factor: 4, share: 0.05 };

/** Faults of single requests that are repaired, each of one image in two hundred; the slow ones are hedged. */
const once: readonly Fault[] = [
  ...Object.values(repairable),
  { kind: 'slow', ms: 1000 },
  { kind: 'silent' },
  { kind: 'stall', share: 0.5 },
  { kind: 'cut', share: 0.01 },
];

/** Faults that stay, and the reason by which they are named. */
const always: readonly (readonly [Fault, string])[] = [
  [{ kind: 'changed' }, 'it has changed since it was listed'],
  [{ kind: 'answer', status: 404 }, 'it is gone'],
  [{ kind: 'answer', status: 403 }, 'the server answered 403'],
];

/** An image of a number, of some kilobytes. */
function imageOf(number: number): Uint8Array {
  const random = seededRandom('images', number);
  return Uint8Array.from({ length: 1000 + random.below(5000) }, () => random.below(256));
}

const images = Array.from({ length: count }, (_, number) => ({
  key: `class-${number % 10}/${String(number).padStart(5, '0')}.jpg`,
  bytes: imageOf(number),
}));

/** Fault of an image: by its number, so that every kind is met. */
function faultOf(number: number): { readonly fault?: Fault; readonly named?: string } {
  const kind = number % 200;
  const [fault, named] = always[kind - 100] ?? [];
  if (fault !== undefined) return { fault, named: named! };
  const repaired = once[kind];
  return repaired === undefined ? {} : { fault: repaired };
}

/** Plan of a proxy: a storm of 503 in the middle, and the fault of each image at its first request. */
function planOf(): (number: number, request: { readonly url: string }) => Fault | undefined {
  const seen = new Set<string>();
  const storm = Math.floor(count / 2);
  return (number, { url }) => {
    if (number >= storm && number < storm + 40) return repairable['503'];
    const image = Number(/(?<number>\d{5})\.jpg/u.exec(url)?.groups?.['number']);
    const { fault, named } = faultOf(image);
    if (named === undefined && seen.has(url)) return undefined;
    seen.add(url);
    return fault;
  };
}

/** Reads all images, many at once, and checks that each came once or is named. */
async function readAll(
  t: ExecutionContext,
  store: ObjectStore,
  objects: readonly StoredObject[],
): Promise<{ readonly traffic: HttpTraffic; readonly bytes: number }> {
  const line = permits(256);
  const read = new Map<number, number>();
  let bytes = 0;
  await Promise.all(
    objects.map(async (object, number) => {
      const outcome = await line.use(async () => await store.read(object).catch(messageOf));
      read.set(number, (read.get(number) ?? 0) + 1);
      const { named } = faultOf(number);
      if (named !== undefined) t.is(outcome, named, object.key);
      else if (typeof outcome === 'string') t.fail(`${object.key}: ${outcome}`);
      else {
        bytes += outcome.length;
        t.true(Buffer.from(outcome).equals(images[number]!.bytes), object.key);
      }
    }),
  );
  t.is(read.size, count);
  t.true([...read.values()].every((times) => times === 1));
  return { traffic: store.traffic!(), bytes };
}

function told(name: string, { traffic, bytes }: Awaited<ReturnType<typeof readAll>>): string {
  const { sendings, requests, retries, hedges, bytesReceived, waitMs } = traffic;
  const waits = Object.entries(waitMs).map(([at, ms]) => `${at} ${ms.toFixed(0)}`);
  return (
    `${name}: ${requests} requests of ${sendings} at least (${retries} tries again, ${hedges} hedges), ` +
    `${bytesReceived} bytes of ${bytes} at least, waits in ms: ${waits.join(', ')}`
  );
}

/** Reads all through a proxy, with hedging and without. */
async function campaign(
  t: ExecutionContext,
  target: string,
  storeAt: (proxy: FaultProxy, options: HttpClientOptions) => ObjectStore,
  objects: readonly StoredObject[],
): Promise<void> {
  const waits: number[] = [];
  for (const share of [hedging.share, 0]) {
    const proxy = await faultProxy(t, { target, plan: planOf() });
    const store = storeAt(proxy, { ...quick, hedging: { ...hedging, share } });
    const outcome = await readAll(t, store, objects);
    const { traffic, bytes } = outcome;
    t.log(told(share === 0 ? 'without hedging' : 'with hedging', outcome));
    waits.push(traffic.waitMs.p99);
    t.is(traffic.bytesUsed, bytes);
    t.is(traffic.sendings, count);
    t.true(traffic.hedges <= 1 + share * traffic.requests);
    t.true(traffic.requests >= proxy.requests);
    t.true(proxy.mostAtOnce <= 128 + traffic.hedges);
  }
}

test(`${count} images come through every fault of an HTTP server, each once, or are named`, async (t) => {
  t.timeout(1_200_000);
  const { origin } = await objectServer(t, {
    objects: Object.fromEntries(images.map(({ key, bytes }) => [key, bytes])),
  });
  const objects = images.map(({ key, bytes }) => ({
    key,
    bytes: bytes.length,
    version: etagOf(bytes),
  }));
  await campaign(t, origin, (proxy, options) => httpsStore(proxy.origin, options), objects);
});

test(`${count} images come through every fault of OpenStack Swift, each once, or are named`, async (t) => {
  t.timeout(2_400_000);
  const server = s3Server(t, 'Swift');
  if (server === undefined) return;
  const bucket = await makeBucket(server);
  await bucket.putAll(images.map(({ key, bytes }) => [key, bytes]));
  const storeAt = (endpoint: string, options: HttpClientOptions = {}): ObjectStore =>
    s3Store(bucket.name, { ...options, env: { ...server.env, AWS_ENDPOINT_URL_S3: endpoint } });
  const objects: StoredObject[] = [];
  for await (const object of storeAt(server.endpoint).list('')) objects.push(object);
  objects.sort((a, b) => numberIn(a.key) - numberIn(b.key));
  await campaign(t, server.endpoint, (proxy, options) => storeAt(proxy.origin, options), objects);
});

function numberIn(key: string): number {
  return Number(/\d{5}/u.exec(key)![0]);
}

test('images of one object come through every fault by ranges that are read together', async (t) => {
  const members = images.slice(0, 200);
  const bytes = Buffer.concat(members.map((image) => image.bytes));
  const { origin } = await objectServer(t, { objects: { 'all.tar': bytes } });
  const faults = [...once.filter(({ kind }) => kind !== 'stall'), undefined];
  const proxy = await faultProxy(t, { target: origin, plan: (number) => faults[number] });
  const store = httpsStore(proxy.origin, { ...quick, hedging });
  const object = { key: 'all.tar', bytes: bytes.length, version: etagOf(bytes) };
  const starts: number[] = [];
  for (let at = 0; starts.length < members.length; at += members[starts.length - 1]!.bytes.length) {
    starts.push(at);
  }
  const random = seededRandom('ranges', 19);
  for (let batch = 0; batch < 20; batch += 1) {
    const asked = Array.from({ length: 32 }, () => random.below(members.length));
    const came = await Promise.all(
      asked.map(
        async (at) =>
          await store.read(object, {
            range: { from: starts[at]!, bytes: images[at]!.bytes.length },
          }),
      ),
    );
    for (const [at, image] of asked.entries()) {
      t.true(Buffer.from(came[at]!).equals(images[image]!.bytes));
    }
  }
  const { bytesUsed, ...traffic } = store.traffic!();
  t.log(told('20 batches of 32', { traffic: { ...traffic, bytesUsed }, bytes: bytesUsed }));
  t.true(traffic.sendings < 20 * 32);
});
