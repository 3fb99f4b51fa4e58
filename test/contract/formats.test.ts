import fs from 'node:fs/promises';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { openArrowSource } from '../../outputs/convert/arrow-source.ts';
import {
  formatNames,
  formatOf,
  type FormatName,
  type FormatOptions,
} from '../../outputs/convert/formats.ts';
import { mixedRow, writeMixedFile } from '../helpers/arrow-sources.ts';
import { duckdbRows } from '../helpers/duckdb.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const count = 40;

/** How DuckDB, which is not ours, opens a file of every format. */
const readers: Readonly<Record<FormatName, (file: string) => string>> = {
  parquet: (file) => `read_parquet('${file}')`,
  csv: (file) =>
    `read_csv('${file}', header = true, all_varchar = true, allow_quoted_nulls = false)`,
};

/** Writes the file with a column of each kind. */
async function written(
  t: ExecutionContext,
  name: FormatName,
  options: FormatOptions = {},
): Promise<{ readonly file: string; readonly rows: number; readonly bytes: number }> {
  const { write, extension } = formatOf(name);
  const file = path.join(await temporaryFolder(t), `rows${extension}`);
  const source = await openArrowSource(await writeMixedFile(t, count));
  try {
    const { path: at, rows, bytes } = await write(file, source, options);
    t.is(at, file);
    return { file, rows, bytes };
  } finally {
    await source.close();
  }
}

test('every format of the table has a reader here', (t) => {
  t.deepEqual(Object.keys(readers).toSorted(), [...formatNames].toSorted());
});

test('no two formats share an extension', (t) => {
  const extensions = formatNames.map((name) => formatOf(name).extension);
  t.is(new Set(extensions).size, extensions.length);
  for (const extension of extensions) t.regex(extension, /^\.[a-z]+$/u);
});

for (const name of formatNames) {
  test(`${name}: another reader finds every row, in order`, async (t) => {
    const { file } = await written(t, name);
    const rows = await duckdbRows(`SELECT id FROM ${readers[name](file)}`);
    t.deepEqual(
      rows.map(({ id }) => id),
      Array.from({ length: count }, (_, row) => mixedRow(row).id),
    );
  });

  test(`${name}: the report counts what stands in the file, and progress ends with it`, async (t) => {
    const done: number[] = [];
    const { file, rows, bytes } = await written(t, name, { onRows: (at) => done.push(at) });
    t.is(rows, count);
    t.is(done.at(-1), count);
    t.is(bytes, (await fs.stat(file)).size);
  });

  test(`${name}: takes the place of an earlier file`, async (t) => {
    const { file } = await written(t, name);
    const shorter = await openArrowSource(await writeMixedFile(t, 3));
    const { rows, bytes } = await formatOf(name).write(file, shorter, {});
    await shorter.close();
    t.is(rows, 3);
    t.is(bytes, (await fs.stat(file)).size);
    t.is((await duckdbRows(`SELECT id FROM ${readers[name](file)}`)).length, 3);
    t.deepEqual(await fs.readdir(path.dirname(file)), [path.basename(file)]);
  });

  test(`${name}: aborted it leaves nothing behind`, async (t) => {
    const reason = new Error('enough');
    const folder = await temporaryFolder(t);
    const source = await openArrowSource(await writeMixedFile(t, count));
    const file = path.join(folder, `rows${formatOf(name).extension}`);
    const options = { signal: AbortSignal.abort(reason) };
    await t.throwsAsync(formatOf(name).write(file, source, options), { is: reason });
    await source.close();
    t.deepEqual(await fs.readdir(folder), []);
  });
}
