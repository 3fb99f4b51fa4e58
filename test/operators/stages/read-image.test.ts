import test from 'ava';
import { from, lastValueFrom, toArray } from 'rxjs';
import { PipelineError } from '../../../operators/errors.ts';
import { permits } from '../../../operators/flow/permits.ts';
import { readImage } from '../../../operators/stages/read-image.ts';
import { takeFingerprint } from '../../../operators/stages/take-fingerprint.ts';
import type { Dataset } from '../../../operators/types.ts';
import { deferred, settled, type Deferred } from '../../helpers/deferred.ts';
import { listedDataset } from '../../helpers/listed-dataset.ts';
import { planOf } from '../../helpers/plans.ts';

const { samples } = planOf(0, [3, 1, 2, 0]);

/** A dataset whose reads the test settles itself. */
const heldDataset = (): {
  readonly dataset: Dataset;
  readonly reads: Map<number, Deferred<Uint8Array> & { readonly signal: AbortSignal | undefined }>;
} => {
  const reads = new Map<
    number,
    Deferred<Uint8Array> & { readonly signal: AbortSignal | undefined }
  >();
  const dataset: Dataset = {
    ...listedDataset([4]),
    read(position, signal) {
      const read = { ...deferred<Uint8Array>(), signal };
      reads.set(position, read);
      return read.promise;
    },
  };
  return { dataset, reads };
};

test('reads as many at once as there are permits, and keeps the order', async (t) => {
  const { dataset, reads } = heldDataset();
  const images = lastValueFrom(
    from(samples).pipe(readImage(dataset, { permits: permits(2) }), toArray()),
  );
  await settled();
  t.deepEqual([...reads.keys()], [3, 1]);
  reads.get(1)!.resolve(Uint8Array.of(1));
  await settled();
  t.deepEqual([...reads.keys()], [3, 1, 2]);
  reads.get(3)!.resolve(Uint8Array.of(3));
  reads.get(2)!.resolve(Uint8Array.of(2));
  await settled();
  reads.get(0)!.resolve(Uint8Array.of(0));
  t.deepEqual(
    (await images).map(({ position, id, bytes }) => [position, id, bytes[0]]),
    [
      [3, 's3', 3],
      [1, 's1', 1],
      [2, 's2', 2],
      [0, 's0', 0],
    ],
  );
});

test('a file above the limit is refused by name, one of just that size is not', async (t) => {
  const dataset = { ...listedDataset([4]), read: () => Promise.resolve(new Uint8Array(100)) };
  const read = (maxBytes: number) =>
    lastValueFrom(from(samples).pipe(readImage(dataset, { permits: permits(1), maxBytes })));
  await t.notThrowsAsync(read(100));
  const error = await t.throwsAsync<PipelineError>(read(99), { instanceOf: PipelineError });
  t.like(error, { code: 'ERR_READ', sample: 's3' });
  t.regex(error.message, /`s3` to have at most 99 bytes, got 100/);
});

test('the dataset is asked for no more bytes than the limit', async (t) => {
  const asked: unknown[] = [];
  const dataset: Dataset = {
    ...listedDataset([4]),
    read(_position, _signal, maxBytes) {
      asked.push(maxBytes);
      return Promise.resolve(new Uint8Array(1));
    },
  };
  await lastValueFrom(from(samples).pipe(readImage(dataset, { permits: permits(1), maxBytes: 7 })));
  t.deepEqual(asked, [7, 7, 7, 7]);
});

test('an error of the dataset comes through as it is, and the permit is free again', async (t) => {
  const failure = new PipelineError('ERR_READ', 'gone', { sample: 's3' });
  const dataset = { ...listedDataset([4]), read: () => Promise.reject(failure) };
  const limited = permits(1);
  const error = await t.throwsAsync(
    lastValueFrom(from(samples).pipe(readImage(dataset, { permits: limited }))),
  );
  t.is(error, failure);
  await settled();
  t.deepEqual([limited.held, limited.waiting], [0, 0]);
});

test('unsubscribing drops the reads that wait and stops the one that runs', async (t) => {
  const { dataset, reads } = heldDataset();
  const limited = permits(1);
  const errors: unknown[] = [];
  const subscription = from(samples)
    .pipe(readImage(dataset, { permits: limited }))
    .subscribe({ error: (error) => errors.push(error) });
  await settled();
  t.is(limited.waiting, 3);
  t.false(reads.get(3)!.signal!.aborted);
  subscription.unsubscribe();
  t.true(reads.get(3)!.signal!.aborted);
  await settled();
  t.is(limited.waiting, 0);
  reads.get(3)!.reject(reads.get(3)!.signal!.reason);
  await settled();
  t.is(limited.held, 0);
  t.is(reads.size, 1);
  t.deepEqual(errors, []);
});

test('refuses a limit that is not an integer of at least 1', (t) => {
  for (const maxBytes of [0, -1, 1.5, NaN]) {
    t.throws(() => readImage(listedDataset([1]), { permits: permits(1), maxBytes }), {
      instanceOf: RangeError,
      message: /`maxBytes`/,
    });
  }
});

test('the content of a file is what sha256sum says of its bytes', async (t) => {
  const dataset: Dataset = { ...listedDataset([4]), read: async () => Buffer.from('abc') };
  const read = async (identify: boolean) =>
    await lastValueFrom(
      from(samples).pipe(readImage(dataset, { permits: permits(2), identify }), toArray()),
    );
  // The example of FIPS 180-2, B.1.
  const sha256 = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
  t.deepEqual((await read(true))[0]?.content, { sha256, bytes: 3 });
  t.false('content' in (await read(false))[0]!);
});

test('an image is identified as its source had it, where the dataset says so', async (t) => {
  const read = (): Promise<Uint8Array> => Promise.resolve(Uint8Array.of(1, 2, 3));
  const content = { sha256: 'of the source', bytes: 99 };
  const identified = async (dataset: Dataset) =>
    await lastValueFrom(
      from(samples.slice(0, 1)).pipe(readImage(dataset, { permits: permits(1), identify: true })),
    );
  const plain = { ...listedDataset([4]), read };
  t.is((await identified(plain)).content?.bytes, 3);
  t.is((await identified({ ...plain, content: () => content })).content, content);
  const fingerprint = await takeFingerprint({ ...plain, content: () => content });
  t.true(fingerprint.every((line) => line.startsWith('of the source  ')));
});
