import fs from 'node:fs/promises';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type { FoundVectors, OpenVectorsOptions } from '../../../datasets/vectors/found-vectors.ts';
import { openVectors } from '../../../datasets/vectors/open-vectors.ts';
import { npyBytes } from '../../helpers/npy.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

async function opened(
  t: ExecutionContext,
  location: string,
  options: OpenVectorsOptions = {},
): Promise<FoundVectors> {
  const set = await openVectors(location, options);
  t.teardown(() => set.close());
  return set;
}

async function rowsOf(set: FoundVectors): Promise<number[]> {
  const all: number[] = [];
  for await (const { first, rows } of set.blocks()) {
    if (first * set.dim !== all.length) throw new Error('a block that is not the next one');
    for (const value of rows) all.push(value);
  }
  return all;
}

const six = Float32Array.of(3, 4, 0, 1, 0.5, 2);

test('an array of float32 is a set of its rows, known by their numbers', async (t) => {
  const file = path.join(await temporaryFolder(t), 'x.npy');
  await fs.writeFile(file, npyBytes(six, { shape: [3, 2] }));
  const set = await opened(t, file);
  t.deepEqual([set.count, set.dim, set.layer, set.classes], [3, 2, 'embedding', []]);
  t.deepEqual(await rowsOf(set), [...six]);
  t.deepEqual(await rowsOf(set), [...six]);
  t.deepEqual([set.id(0), set.id(2)], ['0', '2']);
  t.deepEqual([...set.labels], [-1, -1, -1]);
});

test('rows read where they are, from a temporary file and from memory are the same', async (t) => {
  const file = path.join(await temporaryFolder(t), 'x.npy');
  const [rows, dim] = [3000, 700];
  const values = Float32Array.from({ length: rows * dim }, (_, at) => Math.sin(at));
  values.fill(0, 5 * dim, 6 * dim);
  values[7 * dim] = Number.NaN;
  await fs.writeFile(file, npyBytes(values, { shape: [rows, dim] }));
  const double = path.join(path.dirname(file), 'd.npy');
  await fs.writeFile(
    double,
    npyBytes(Float64Array.from(values), { shape: [rows, dim], descr: '<f8' }),
  );
  const sets = [
    await opened(t, file),
    await opened(t, file, { memoryBytes: 0 }),
    await opened(t, double, { memoryBytes: 0 }),
    await opened(t, double, { memoryBytes: 5_000_000 }),
  ];
  const [first] = sets;
  t.deepEqual(first!.unusable, { rows: 2, first: 'row 5' });
  t.is(first!.id(5), '0006');
  const expected = Buffer.from(Float32Array.from(await rowsOf(first!)).buffer);
  for (const set of sets.slice(1)) {
    t.is(set.contentHash, first!.contentHash);
    t.is(set.listingHash, first!.listingHash);
    t.true(expected.equals(Buffer.from(Float32Array.from(await rowsOf(set)).buffer)));
  }
});
