import test from 'ava';
import fc from 'fast-check';
import { readListPage } from '../../../datasets/s3/list-page.ts';

const page = (inside: string, goesOn = false): Uint8Array =>
  Buffer.from(
    `<?xml version="1.0"?><ListBucketResult><IsTruncated>${goesOn}</IsTruncated>${inside}</ListBucketResult>`,
  );

const object = (fields: Readonly<Record<string, string>>): string => {
  const all = { Key: 'a', Size: '1', ETag: '"e"', ...fields };
  const inside = Object.entries(all).map(([name, text]) => `<${name}>${text}</${name}>`);
  return `<Contents>${inside.join('')}</Contents>`;
};

test('objects are read as text: keys are never numbers, and keep their spaces', async (t) => {
  const keys = ['007', ' a ', '1e3', 'true', 'a&amp;b&#x1F600;&#33;', '__proto__', 'constructor'];
  const { objects, next } = await readListPage(page(keys.map((Key) => object({ Key })).join('')));
  t.deepEqual(
    objects.map(({ key }) => key),
    ['007', ' a ', '1e3', 'true', 'a&b\u{1F600}!', '__proto__', 'constructor'],
  );
  t.is(next, undefined);
});

test('escaped keys are told as they are, with spaces as forms have them', async (t) => {
  const read = await readListPage(
    page(`<EncodingType>url</EncodingType>${object({ Key: 'a+b%2Bc%20%26%0A%E2%82%AC' })}`),
  );
  t.is(read.objects[0]!.key, 'a b+c &\n€');
});

test('an ETag has quotes, and a time stands for it where there is none', async (t) => {
  const versionOf = async (fields: Readonly<Record<string, string>>): Promise<string> =>
    (await readListPage(page(object(fields)))).objects[0]!.version;
  for (const ETag of ['e-1', '"e-1"', '&quot;e-1&quot;', '&#34;e-1&#34;'])
    t.is(await versionOf({ ETag }), '"e-1"');
  const LastModified = '2026-11-30T02:28:24.000Z';
  t.is(await versionOf({ ETag: '', LastModified }), 'modified Mon, 30 Nov 2026 02:28:24 GMT');
});

test('a page that goes on tells where', async (t) => {
  const { next } = await readListPage(
    page('<NextContinuationToken>a&amp;b</NextContinuationToken>', true),
  );
  t.is(next, 'a&b');
  await t.throwsAsync(readListPage(page('', true)), { message: /does not tell where/u });
});

test('a page of 1,000 objects with entities in each is read', async (t) => {
  const many = Array.from({ length: 1000 }, (_, at) =>
    object({ Key: `&amp;${at}`, ETag: '&quot;e&quot;' }),
  );
  t.is((await readListPage(page(many.join('')))).objects.length, 1000);
});

test('what is no listing is refused, entities and document types first', async (t) => {
  const cases: readonly (readonly [Uint8Array, RegExp])[] = [
    [Buffer.from('<html></html>'), /no `ListBucketResult`/u],
    [Buffer.from(''), /no `ListBucketResult`/u],
    [Buffer.from('{"a":1}'), /no `ListBucketResult`/u],
    [
      Buffer.from('<!DOCTYPE a [<!ENTITY x "y">]><ListBucketResult></ListBucketResult>'),
      /document type/u,
    ],
    [page(object({ Key: '&x;' })), /entity that is none of XML/u],
    [page(object({ Key: '&constructor;' })), /entity that is none of XML/u],
    [page(object({ Key: '&#xD800;' })), /entity that is none of XML/u],
    [page(object({ Key: 'a & b' })), /entity that is none of XML/u],
    [page(object({ Key: '' })), /without a key/u],
    [page(object({ Key: 'a'.repeat(5000) })), /without a key/u],
    [page(object({ Key: '<b>a</b>' })), /without a key/u],
    [page('<Contents>a</Contents>'), /without a key/u],
    [page(object({ Size: '-1' })), /without a size/u],
    [page(object({ Size: '1e3' })), /without a size/u],
    [page(object({ Size: '99999999999999999' })), /without a size/u],
    [page(object({ ETag: '' })), /without a version/u],
    [page(`<EncodingType>url</EncodingType>${object({ Key: '%zz' })}`), /escapes are wrong/u],
    [page('<a>'.repeat(50)), /./u],
    [page(object({})).subarray(0, -5), /or cut/u],
    [Buffer.from('<ListBucketResult><a/></ListBucketResult>'), /whether it goes on/u],
    [Uint8Array.of(0xff, 0xfe), /./u],
  ];
  for (const [bytes, message] of cases) await t.throwsAsync(readListPage(bytes), { message });
});

test('any damage to a page is a page or an error', async (t) => {
  const bytes = page(object({}) + object({ Key: 'b' }));
  await fc.assert(
    fc.asyncProperty(fc.nat(bytes.length - 1), fc.nat(255), fc.nat(20), async (at, value, cut) => {
      const damaged = Uint8Array.from(bytes.subarray(0, bytes.length - cut));
      damaged[Math.min(at, damaged.length - 1)] = value;
      const read = await readListPage(damaged).catch((error: unknown) => error);
      t.true(read instanceof Error || Array.isArray((read as { objects: unknown }).objects));
    }),
    { seed: 1, numRuns: 300 },
  );
});
