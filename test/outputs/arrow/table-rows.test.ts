import path from 'node:path';
import test from 'ava';
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

test('a table without a column, with one of another kind, or with a null in it, is refused', async (t) => {
  const file = await madeTable(await temporaryFolder(t));
  const refused = async (columns: Parameters<typeof tableRows>[1], message: RegExp) =>
    await t.throwsAsync(all(tableRows(file, columns)), { code: 'ERR_FORMAT', message });
  await refused({ label: 'text' }, /column `label` of texts, got none/u);
  await refused({ id: 'number' }, /column `id` of numbers, got `Utf8`/u);
  await refused({ share: 'number' }, /a `share` is null/u);
});
