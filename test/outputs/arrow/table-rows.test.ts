import path from 'node:path';
import test from 'ava';
import { expectTypeOf } from 'expect-type';
import { columnOf, writeTable } from '../../../outputs/arrow/table-file.ts';
import { tableColumns, tableRows } from '../../../outputs/arrow/table-rows.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

const rows = [
  { id: 'a', class: null, images: 3, share: 0.5 },
  { id: '"b\n"', class: 'x', images: 4, share: null },
];

async function madeTable(folder: string): Promise<string> {
  const file = path.join(folder, 'table.arrow');
  const columns = [
    { name: 'id', type: 'utf8', values: columnOf(rows, ({ id }) => id) },
    { name: 'class', type: 'utf8', nullable: true, values: columnOf(rows, (row) => row.class) },
    { name: 'images', type: 'int32', values: columnOf(rows, ({ images }) => images) },
    { name: 'share', type: 'float64', nullable: true, values: columnOf(rows, (row) => row.share) },
  ] as const;
  await writeTable(file, columns, rows.length);
  return file;
}

async function all<T>(of: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const one of of) found.push(one);
  return found;
}

test('rows have the columns that are asked for, as they were written', async (t) => {
  const file = await madeTable(await temporaryFolder(t));
  const columns = { share: 'number?', class: 'text?', id: 'text', images: 'number' } as const;
  t.deepEqual(await all(tableRows(file, columns)), rows);
  t.deepEqual(await all(tableRows(file, { images: 'number' })), [{ images: 3 }, { images: 4 }]);
  t.deepEqual(await tableColumns(file), ['id', 'class', 'images', 'share']);
});

test('a column can have another name in the rows than in the table', async (t) => {
  const file = await madeTable(await temporaryFolder(t));
  const found = 'share' as string;
  const columns = {
    id: 'text',
    ofClass: { column: 'class', kind: 'text?' },
    value: { column: found, kind: 'number?' },
  } as const;
  const read = await all(tableRows(file, columns));
  expectTypeOf(read[0]!).toEqualTypeOf<{
    readonly id: string;
    readonly ofClass: string | null;
    readonly value: number | null;
  }>();
  t.deepEqual(
    read,
    rows.map((row) => ({ id: row.id, ofClass: row.class, value: row.share })),
  );
  const missing = { of: { column: 'split', kind: 'text' } } as const;
  await t.throwsAsync(all(tableRows(file, missing)), { message: /column `split` of texts/u });
});

test('rows of a table of several record batches come in its order, and leaving early closes the file', async (t) => {
  const file = path.join(await temporaryFolder(t), 'long.arrow');
  const count = 20_000;
  const values = (from: number, to: number): number[] =>
    Array.from({ length: to - from }, (_, at) => from + at);
  await writeTable(file, [{ name: 'at', type: 'int32', values }], count);
  const read = await all(tableRows(file, { at: 'number' }));
  t.deepEqual(
    read.map(({ at }) => at),
    values(0, count),
  );
  for await (const { at } of tableRows(file, { at: 'number' })) if (at === 3) break;
  const stopped = tableRows(file, { at: 'number' }, { signal: AbortSignal.abort(new Error('no')) });
  await t.throwsAsync(all(stopped), { message: 'no' });
});

test('a table without a column, with one of another kind, or with a null in it, is refused', async (t) => {
  const file = await madeTable(await temporaryFolder(t));
  const refused = async (columns: Parameters<typeof tableRows>[1], message: RegExp) =>
    await t.throwsAsync(all(tableRows(file, columns)), { code: 'ERR_FORMAT', message });
  await refused({ label: 'text' }, /column `label` of texts, got none/u);
  await refused({ id: 'number' }, /column `id` of numbers, got `Utf8`/u);
  await refused({ share: 'number' }, /a `share` is null/u);
});
