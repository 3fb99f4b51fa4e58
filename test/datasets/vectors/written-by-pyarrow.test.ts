import path from 'node:path';
import test from 'ava';
import { openVectors } from '../../../datasets/vectors/open-vectors.ts';
import type { FoundVectors } from '../../../datasets/vectors/found-vectors.ts';
import tables from '../../fixtures/tables-by-pyarrow.json' with { type: 'json' };
import { writeTable } from '../../helpers/image-tables.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

/** A table as `test/fixtures/tables_by_pyarrow.py` wrote it. */
interface WrittenTable {
  /** Base64. */
  readonly bytes: string;
  /** Null where the table is refused. */
  readonly vectors: readonly (readonly number[])[] | null;
  readonly labels?: readonly (string | null)[];
}

async function rowsOf(set: FoundVectors): Promise<number[][]> {
  const all: number[][] = [];
  for await (const { rows } of set.blocks()) {
    for (let at = 0; at < rows.length; at += set.dim) {
      all.push([...rows.subarray(at, at + set.dim)]);
    }
  }
  return all;
}

for (const [name, written] of Object.entries(tables as Readonly<Record<string, WrittenTable>>)) {
  const { bytes, vectors, labels } = written;
  const title = `${name} of pyarrow ${vectors === null ? 'is refused' : 'is read bit-equal'}`;
  test(title, async (t) => {
    const folder = await temporaryFolder(t);
    const file = await writeTable(path.join(folder, name), Buffer.from(bytes, 'base64'));
    if (vectors === null) {
      const message = name.startsWith('zero-rows')
        ? /holds no rows\. Write it again/u
        : /a column has the type ListView, which is not read: write it as a list/u;
      await t.throwsAsync(openVectors(file), { code: 'ERR_FORMAT', message });
      return;
    }
    const set = await openVectors(file);
    t.deepEqual(await rowsOf(set), vectors);
    if (labels !== undefined)
      t.deepEqual(
        Array.from(set.labels, (one) => set.classes[one] ?? null),
        labels,
      );
    await set.close();
  });
}

test('a signal that aborts between the rows of a table ends the reading with its reason', async (t) => {
  const folder = await temporaryFolder(t);
  for (const name of ['delta-dictionary.arrow', 'replaced-dictionary.arrows'] as const) {
    const bytes = Buffer.from(tables[name].bytes, 'base64');
    const file = await writeTable(path.join(folder, name), bytes);
    const [stop, reason] = [new AbortController(), new Error('stopped')];
    const onRows = (): void => stop.abort(reason);
    t.is(await t.throwsAsync(openVectors(file, { signal: stop.signal, onRows })), reason);
    const late = await t.throwsAsync(openVectors(file, { signal: stop.signal }));
    t.is(late, reason);
  }
});
