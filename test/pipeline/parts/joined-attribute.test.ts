import fs from 'node:fs/promises';
import path from 'node:path';
import { Float64, Int32, Int64, Table, Utf8, vectorFromArray } from 'apache-arrow';
import test, { type ExecutionContext } from 'ava';
import { joinedAttribute } from '../../../pipeline/parts/joined-attribute.ts';
import { openSet } from '../../../pipeline/parts/open-set.ts';
import { queriesById } from '../../../pipeline/parts/queries-by-id.ts';
import { withoutIds } from '../../../pipeline/parts/excluded-rows.ts';
import type { OpenedSet } from '../../../pipeline/parts/opened-set.ts';
import { arrowBytes } from '../../helpers/image-tables.ts';
import { npyBytes } from '../../helpers/npy.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';
import { writeVectorExport } from '../../helpers/vector-export.ts';

type Files = Readonly<Record<string, string | Uint8Array>>;

/** A set of these vectors, opened, and a folder with further files. */
async function opened(
  t: ExecutionContext,
  name: string,
  files: Files,
): Promise<{ readonly set: OpenedSet; readonly at: (name: string) => string }> {
  const folder = await temporaryFolder(t);
  const at = (one: string): string => path.join(folder, one);
  for (const [one, content] of Object.entries(files)) await fs.writeFile(at(one), content);
  return { set: await openedAt(t, path.isAbsolute(name) ? name : at(name)), at };
}

async function openedAt(t: ExecutionContext, location: string): Promise<OpenedSet> {
  const { signal } = new AbortController();
  const use = <R extends { close(): Promise<void> }>(held: R): R => {
    t.teardown(() => held.close());
    return held;
  };
  return await openSet(location, { layer: null }, { signal, use }, () => {});
}

interface Joined {
  /** Value of each row of the set. */
  readonly values: readonly (string | null)[];
  readonly notes: string;
}

async function joined(set: OpenedSet, attributes: string): Promise<Joined> {
  const notes: string[] = [];
  const { signal } = new AbortController();
  const asked = { attributes, by: 'site' };
  const found = await joinedAttribute(set, asked, { signal }, (text) => notes.push(text));
  return {
    values: Array.from(found.codes, (code) => found.values[code] ?? null),
    notes: notes.join('\n'),
  };
}

const three = 'id,x_0,x_1\n7,1,0\n8,0,1\n9,1,1\n';

test('padded numbers and floats are other ids than plain ones, which is told', async (t) => {
  const { set, at } = await opened(t, 'x.csv', {
    'x.csv': three,
    'padded.csv': 'id,site\n007,north\n8,south\n010,north\n',
    'all.csv': 'id,site\n007,north\n008,south\n',
    'floats.csv': 'id,site\n7.0,north\n8,south\n',
  });
  const padded = await joined(set, at('padded.csv'));
  t.deepEqual(padded.values, [null, 'south', null]);
  t.regex(padded.notes, /2 of 3 test images are not in .*: in no group\. `7` is `007` there/u);
  t.regex(padded.notes, /2 rows of `.*` are of no test image/u);
  const floats = await joined(set, at('floats.csv'));
  t.deepEqual(floats.values, [null, 'south', null]);
  t.regex(floats.notes, /`7` is `7\.0` there: write ids alike/u);
  await t.throwsAsync(joined(set, at('all.csv')), {
    code: 'ERR_FORMAT',
    message: /such as `7`, is in `id` of .*, where they are such as `007`\. `7` is `007` there/u,
  });
});

test('integers of any width are ids by their digits, floats are none', async (t) => {
  const large = 9_007_199_254_740_993n;
  const site = vectorFromArray(['north', 'south'], new Utf8());
  const vectors = `id,x_0,x_1\n${large},1,0\n8,0,1\n`;
  const table = (id: Table['schema']['fields'][number]['type'], values: readonly unknown[]) =>
    arrowBytes(new Table({ id: vectorFromArray([...values], id), site }), 'file');
  const { set, at } = await opened(t, 'x.csv', {
    'x.csv': vectors,
    'long.arrow': table(new Int64(), [large, 8n]),
    'short.arrow': table(new Int32(), [7, 8]),
    'floats.arrow': table(new Float64(), [7, 8]),
  });
  t.deepEqual((await joined(set, at('long.arrow'))).values, ['north', 'south']);
  t.deepEqual((await joined(set, at('short.arrow'))).values, [null, 'south']);
  await t.throwsAsync(joined(set, `${at('floats.arrow')}?id=id`), {
    code: 'ERR_FORMAT',
    message: /`id` of the type `.*`, which cannot be ids: texts or integers/u,
  });
});

test('an id that is there twice has one value, or the table is refused', async (t) => {
  const { set, at } = await opened(t, 'x.csv', {
    'x.csv': three,
    'twice.csv': 'id,site\n7,north\n7,north\n8,south\n',
    'two.csv': 'id,site\n7,north\n8,south\n7,south\n',
  });
  t.deepEqual((await joined(set, at('twice.csv'))).values, ['north', 'south', null]);
  await t.throwsAsync(joined(set, at('two.csv')), {
    code: 'ERR_FORMAT',
    message: /^`7` has two values of `site`/u,
  });
});

test('each row of an export whose ids repeat has the value of its id', async (t) => {
  const projection = Float32Array.of(1, 0, 0, 1, 0.6, 0.8);
  const given = { projection, size: 2, labels: [0, 0, 0], classes: ['a'], ids: ['p', 'q', 'p'] };
  const { set, at } = await opened(t, await writeVectorExport(t, given), {
    's.csv': 'id,site\np,north\n',
  });
  const { values, notes } = await joined(set, at('s.csv'));
  t.deepEqual(values, ['north', null, 'north']);
  t.regex(notes, /1 of 3 test images is not in/u);
});

test('numbers of rows, of a file without ids, need no zeros before them, here and in other lists', async (t) => {
  const rows = Float32Array.from({ length: 24 }, (_, at) => 1 + at);
  const { set, at } = await opened(t, 'v.npy', {
    'v.npy': npyBytes(rows, { shape: [12, 2] }),
    's.csv': 'id,site\n3,north\n07,south\n11,north\n12,south\n',
  });
  const { values, notes } = await joined(set, at('s.csv'));
  t.deepEqual([values[3], values[7], values[11]], ['north', 'south', 'north']);
  t.regex(notes, /9 of 12 test images are not in/u);
  t.regex(notes, /1 row of .* is of no test image/u);
  t.deepEqual([...queriesById(set, { ids: ['11', '3', '05'], option: 'ids' })], [3, 5, 11]);
  const rest = withoutIds(set, new Set(['3', '07']), () => {});
  t.deepEqual([rest.count, rest.id(3), rest.id(6)], [10, '04', '08']);
});
