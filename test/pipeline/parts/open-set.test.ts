import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { Field, Float32, List, Table, vectorFromArray } from 'apache-arrow';
import { openSet } from '../../../pipeline/parts/open-set.ts';
import { arrowBytes, writeTable } from '../../helpers/image-tables.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

const lists = new List(new Field('item', new Float32(), true));

test('a folder of tables of others is a set, and one of an export without its manifest is none', async (t) => {
  const folder = await temporaryFolder(t);
  for (const at of [0, 1]) {
    const table = new Table({ vector: vectorFromArray([[1, at]], lists) });
    await writeTable(path.join(folder, `part-${at}.arrow`), arrowBytes(table, 'file'));
  }
  const closing: (() => Promise<void>)[] = [];
  const scope = {
    signal: new AbortController().signal,
    use<T extends { close(): Promise<void> }>(one: T): T {
      closing.push(() => one.close());
      return one;
    },
  };
  const notes: string[] = [];
  const set = await openSet(folder, { layer: null }, scope, (text) => notes.push(text));
  t.is(set.count, 2);
  t.true(notes.some((text) => text.startsWith('2 files of')));
  for (const close of closing) await close();
  await fs.rename(path.join(folder, 'part-1.arrow'), path.join(folder, 'quarantine.arrow'));
  const message = /holds no embeddings/u;
  await t.throwsAsync(
    openSet(folder, { layer: null }, scope, () => {}),
    { message },
  );
});
