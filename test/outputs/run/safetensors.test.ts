import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import { readSafetensors } from '../../../outputs/run/read-safetensors.ts';
import { writeSafetensors } from '../../../outputs/run/write-safetensors.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

/** A file put together by hand, after the description of the format. */
function fileOf(header: unknown, body: Uint8Array = Buffer.alloc(0)): Buffer {
  const text = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.byteLength));
  return Buffer.concat([length, text, body]);
}

function bodyOf(...values: number[]): Buffer {
  return Buffer.from(Float32Array.from(values).buffer);
}

const tensor = fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 4 }).chain((shape) => {
  const length = shape.reduce((product, size) => product * size, 1);
  return fc.record({
    shape: fc.constant(shape),
    data: fc.float32Array({ minLength: length, maxLength: length }),
  });
});

test('tensors, their order and metadata come back bit for bit', async (t) => {
  const file = path.join(await temporaryFolder(t), 'a.safetensors');
  // Names that look like numbers or like members of every object keep their place too.
  const name = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom('7', '0', '__proto__', ''),
  );
  const entries = fc.uniqueArray(fc.tuple(name, tensor), { selector: ([name]) => name });
  const metadata = fc.dictionary(fc.string(), fc.string(), { maxKeys: 3 });
  await fc.assert(
    fc.asyncProperty(entries, metadata, async (list, metadata) => {
      await writeSafetensors(file, new Map(list), metadata);
      const read = await readSafetensors(file);
      t.deepEqual({ ...read.metadata }, { ...metadata });
      t.deepEqual(
        [...read.tensors.keys()],
        list.map(([name]) => name),
      );
      for (const [name, { shape, data }] of list) {
        const there = read.tensors.get(name)!;
        t.deepEqual(there.shape, shape);
        t.deepEqual(
          Buffer.from(there.data.buffer),
          Buffer.from(data.buffer, data.byteOffset, data.byteLength),
        );
      }
    }),
    { seed: 3, numRuns: 60 },
  );
});

test('the layout is the one that the format describes', async (t) => {
  const file = path.join(await temporaryFolder(t), 'a.safetensors');
  const weights = { shape: [2, 1], data: Float32Array.of(1, -2) };
  const bias = { shape: [], data: Float32Array.of(3) };
  await writeSafetensors(
    file,
    new Map([
      ['weight', weights],
      ['bias', bias],
    ]),
    { step: '5' },
  );
  const bytes = await fs.readFile(file);
  const length = Number(bytes.readBigUInt64LE());
  t.is(length % 8, 0);
  const text = bytes.toString('utf8', 8, 8 + length);
  t.is(text[0], '{');
  t.deepEqual(JSON.parse(text), {
    __metadata__: { step: '5' },
    weight: { dtype: 'F32', shape: [2, 1], data_offsets: [0, 8] },
    bias: { dtype: 'F32', shape: [], data_offsets: [8, 12] },
  });
  t.deepEqual(bytes.subarray(8 + length), bodyOf(1, -2, 3));
});

test('a file in another order, without metadata and unaligned is read in file order', async (t) => {
  const file = path.join(await temporaryFolder(t), 'a.safetensors');
  const header = {
    second: { dtype: 'F32', shape: [1], data_offsets: [8, 12] },
    first: { dtype: 'F32', shape: [2], data_offsets: [0, 8] },
  };
  await fs.writeFile(file, fileOf(` ${JSON.stringify(header)}`.trimStart(), bodyOf(1, 2, 3)));
  const { tensors, metadata } = await readSafetensors(file);
  t.deepEqual(
    [...tensors].map(([name, { data }]) => [name, [...data]]),
    [
      ['first', [1, 2]],
      ['second', [3]],
    ],
  );
  t.deepEqual(metadata, {});
});

test('a file cut anywhere is refused', async (t) => {
  const folder = await temporaryFolder(t);
  const file = path.join(folder, 'a.safetensors');
  await writeSafetensors(
    file,
    new Map([['weight', { shape: [3], data: Float32Array.of(1, 2, 3) }]]),
  );
  const bytes = await fs.readFile(file);
  const cut = path.join(folder, 'cut.safetensors');
  for (let length = 0; length < bytes.byteLength; length += 1) {
    await fs.writeFile(cut, bytes.subarray(0, length));
    await t.throwsAsync(readSafetensors(cut), { code: 'ERR_FORMAT', message: /cut\.safetensors/ });
  }
  await fs.writeFile(cut, Buffer.concat([bytes, Buffer.alloc(1)]));
  await t.throwsAsync(readSafetensors(cut), {
    code: 'ERR_FORMAT',
    message: /1 byte without a/,
  });
});

const refused = test.macro({
  title: (what) => `refuses ${what}`,
  async exec(t, bytes: Uint8Array, message: RegExp) {
    const file = path.join(await temporaryFolder(t), 'a.safetensors');
    await fs.writeFile(file, bytes);
    await t.throwsAsync(readSafetensors(file), { code: 'ERR_FORMAT', message });
  },
});

test('a tensor that is passed over may have any type', async (t) => {
  const file = path.join(await temporaryFolder(t), 'a.safetensors');
  const header = {
    counter: { dtype: 'I64', shape: [], data_offsets: [0, 8] },
    weight: { dtype: 'F32', shape: [1], data_offsets: [8, 12] },
  };
  await fs.writeFile(file, fileOf(header, bodyOf(0, 0, 7)));
  const { tensors } = await readSafetensors(file, { skip: (name) => name === 'counter' });
  t.deepEqual([...tensors.keys()], ['weight']);
  t.deepEqual([...tensors.get('weight')!.data], [7]);
  await t.throwsAsync(readSafetensors(file), { code: 'ERR_FORMAT', message: /`counter`.*`I64`/u });
});

const one = { dtype: 'F32', shape: [1], data_offsets: [0, 4] };
test('another type', refused, fileOf({ w: { ...one, dtype: 'F16' } }, bodyOf(1)), /`w`.*`F16`/);
test(
  'overlapping tensors',
  refused,
  fileOf(
    { a: { ...one, shape: [2], data_offsets: [0, 8] }, b: { ...one, data_offsets: [4, 8] } },
    bodyOf(1, 2),
  ),
  /`b` overlaps/,
);
test(
  'a gap',
  refused,
  fileOf({ b: { ...one, data_offsets: [4, 8] } }, bodyOf(1, 2)),
  /gap before tensor `b`/,
);
test(
  'a shape that does not fit',
  refused,
  fileOf({ w: { ...one, shape: [2] } }, bodyOf(1)),
  /`w` \[2\] takes 8/,
);
test(
  'a negative size',
  refused,
  fileOf({ w: { ...one, shape: [-1] } }, bodyOf(1)),
  /`w` has no shape/,
);
test(
  'a backward place',
  refused,
  fileOf({ w: { ...one, data_offsets: [4, 0] } }, bodyOf(1)),
  /`w`/,
);
test('a tensor without description', refused, fileOf({ w: 7 }), /`w` has no description/);
test('metadata that is no text', refused, fileOf({ __metadata__: { a: 1 } }), /`__metadata__`/);
test('a header that is no JSON', refused, fileOf('{"w":'), /no JSON/);
test('a header that is no object', refused, fileOf('[1]'), /no JSON object/);
test(
  'a header that is no UTF-8',
  refused,
  Buffer.from('0300000000000000227aff22', 'hex'),
  /no JSON/,
);
test('a huge header', refused, Buffer.from('ffffffffffffff7f7b7d', 'hex'), /does not begin/);

test('tensors that cannot be written are refused before anything is', async (t) => {
  const folder = await temporaryFolder(t);
  const file = path.join(folder, 'a.safetensors');
  const data = Float32Array.of(1);
  await t.throwsAsync(writeSafetensors(file, new Map([['w', { shape: [2], data }]])), {
    instanceOf: RangeError,
    message: /`w` \[2\]/,
  });
  await t.throwsAsync(writeSafetensors(file, new Map([['__metadata__', { shape: [1], data }]])), {
    instanceOf: RangeError,
  });
  t.deepEqual(await fs.readdir(folder), []);
  await t.throwsAsync(readSafetensors(file), { code: 'ERR_READ' });
});
