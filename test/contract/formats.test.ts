import fs from 'node:fs/promises';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { openArrowSource } from '../../outputs/convert/arrow-source.ts';
import {
  formatNames,
  formatOf,
  type FormatName,
  type FormatOptions,
  type RowsFormat,
} from '../../outputs/convert/formats.ts';
import { mixedRow, writeMixedFile } from '../helpers/arrow-sources.ts';
import { duckdbRows } from '../helpers/duckdb.ts';
import { npyTexts, npzTexts } from '../helpers/npy-texts.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const count = 40;

const byDuckdb = async (from: string): Promise<string[]> =>
  (await duckdbRows(`SELECT id FROM ${from}`)).map(({ id }) => String(id));

/** How something that shares no code with the writer finds the ids in a file or folder of every format of rows. */
const readers: Readonly<Partial<Record<FormatName, (out: string) => Promise<string[]>>>> = {
  parquet: (out) => byDuckdb(`read_parquet('${out}')`),
  csv: (out) =>
    byDuckdb(`read_csv('${out}', header = true, all_varchar = true, allow_quoted_nulls = false)`),
  npz: async (out) => npzTexts(await fs.readFile(out), 'id'),
  npy: async (out) => npyTexts(await fs.readFile(path.join(out, 'id.npy'))),
  projector: async (out) => {
    const lines = (await fs.readFile(path.join(out, 'metadata.tsv'), 'utf8')).split('\n');
    return lines.slice(1, -1).map((line) => JSON.parse(`"${quoteless(line)}"`) as string);
  },
};

/** The first cell of a line as the inside of a JSON string, whose escapes are the same. */
const quoteless = (line: string): string => line.split('\t')[0]!.replaceAll('"', String.raw`\"`);

const rowsFormats = formatNames.flatMap((name) => {
  const format = formatOf(name);
  return format.of === 'rows' ? [[name, format] as const] : [];
});

const nameIn = (folder: string, { extension }: RowsFormat): string =>
  path.join(folder, `rows${extension ?? ''}`);

async function sizeOf(out: string): Promise<number> {
  const stat = await fs.stat(out);
  if (!stat.isDirectory()) return stat.size;
  const names = await fs.readdir(out);
  const sizes = await Promise.all(names.map((name) => sizeOf(path.join(out, name))));
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Writes the file with a column of each kind. */
async function written(
  t: ExecutionContext,
  format: RowsFormat,
  options: FormatOptions = {},
): Promise<{ readonly out: string; readonly rows: number; readonly bytes: number }> {
  const out = nameIn(await temporaryFolder(t), format);
  const source = await openArrowSource(await writeMixedFile(t, count));
  try {
    const { path: at, rows, bytes } = await format.write(out, source, options);
    t.is(at, out);
    return { out, rows, bytes };
  } finally {
    await source.close();
  }
}

test('every format of rows has a reader here', (t) => {
  t.deepEqual(Object.keys(readers).toSorted(), rowsFormats.map(([name]) => name).toSorted());
});

test('no two formats of files share an extension', (t) => {
  const extensions = formatNames.flatMap((name) => formatOf(name).extension ?? []);
  t.is(new Set(extensions).size, extensions.length);
  for (const extension of extensions) t.regex(extension, /^\.[a-z]+$/u);
});

for (const [name, format] of rowsFormats) {
  test(`${name}: another reader finds every row, in order`, async (t) => {
    const { out } = await written(t, format);
    const ids = Array.from({ length: count }, (_, row) => mixedRow(row).id);
    t.deepEqual(await readers[name]!(out), ids);
  });

  test(`${name}: the report counts what stands there, and progress ends with it`, async (t) => {
    const done: number[] = [];
    const { out, rows, bytes } = await written(t, format, { onRows: (at) => done.push(at) });
    t.is(rows, count);
    t.is(done.at(-1), count);
    t.is(bytes, await sizeOf(out));
  });

  test(`${name}: takes the place of an earlier one`, async (t) => {
    const { out } = await written(t, format);
    const shorter = await openArrowSource(await writeMixedFile(t, 3));
    const { rows, bytes } = await format.write(out, shorter, {});
    await shorter.close();
    t.is(rows, 3);
    t.is(bytes, await sizeOf(out));
    t.is((await readers[name]!(out)).length, 3);
    t.deepEqual(await fs.readdir(path.dirname(out)), [path.basename(out)]);
  });

  test(`${name}: aborted it leaves nothing behind`, async (t) => {
    const reason = new Error('enough');
    const folder = await temporaryFolder(t);
    const source = await openArrowSource(await writeMixedFile(t, count));
    const options = { signal: AbortSignal.abort(reason) };
    await t.throwsAsync(format.write(nameIn(folder, format), source, options), { is: reason });
    await source.close();
    t.deepEqual(await fs.readdir(folder), []);
  });

  if (format.extension !== null) continue;

  test(`${name}: a folder that holds anything else is refused, and stays`, async (t) => {
    const { out } = await written(t, format);
    await fs.writeFile(path.join(out, 'thesis.docx'), 'years');
    const source = await openArrowSource(await writeMixedFile(t, 3));
    const before = await fs.readdir(out);
    await t.throwsAsync(format.write(out, source, {}), {
      code: 'ERR_WRITE',
      message: /it is there and holds `thesis\.docx`, which would be lost\. Name another folder/u,
    });
    await source.close();
    t.deepEqual(await fs.readdir(out), before);
    t.deepEqual(await fs.readdir(path.dirname(out)), [path.basename(out)]);
  });
}
