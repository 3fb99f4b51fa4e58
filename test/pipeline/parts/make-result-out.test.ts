import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { PipelineError } from '../../../operators/errors.ts';
import { UsageError } from '../../../pipeline/options/usage-error.ts';
import type { SetScope } from '../../../pipeline/parts/set-options.ts';
import type { FolderFormat } from '../../../outputs/files/wrong-folder.ts';
import { makeResultOut } from '../../../pipeline/parts/make-result-out.ts';
import { folderWith } from '../../helpers/folder-with.ts';

const files = [
  'table/part-0.arrow',
  'table/part-1.arrow',
  'export/manifest.json',
  'export/part-00000.arrow',
  'one/vectors.arrow',
  'one/vectors.parquet',
];

type Sets = Readonly<Record<string, string | null>>;

/** Makes the folder of a result. @returns How its lock is released. */
async function made(
  out: string,
  sets: Sets,
  format: FolderFormat = 'sincere-drift',
): Promise<() => Promise<void>> {
  const held: { close(): Promise<void> }[] = [];
  const scope: SetScope = {
    signal: new AbortController().signal,
    use(resource) {
      held.push(resource);
      return resource;
    },
  };
  await makeResultOut({ out, format, scope, note: () => {} }, sets);
  return async () => void (await Promise.all(held.map((one) => one.close())));
}

const refused = test.macro(async (t, set: string, out: string, instead: string) => {
  const root = await folderWith(t, files);
  await fs.symlink(path.join(root, 'table'), path.join(root, 'link'));
  const at = (name: string): string => path.join(root, name);
  const error = await t.throwsAsync(made(at(out), { old: null, new: at(set) }), {
    instanceOf: UsageError,
  });
  t.deepEqual(error?.options, ['out', 'new']);
  t.true(error?.message.endsWith(`Give another, such as \`${at(instead)}\``));
});

test(
  'results in a folder that is a table of vectors are refused',
  refused,
  'table',
  'table',
  'table-results',
);
test('so are results below it', refused, 'table?id=x', 'table/new/out', 'table-results');
test('so are results in it through a link', refused, 'table', 'link/out', 'table-results');
test(
  'so are results beside what a pattern names',
  refused,
  'table/part-*',
  'table',
  'table-results',
);
test(
  'so are results beside an Arrow file',
  refused,
  'one/vectors.arrow#id=x',
  'one',
  'one-results',
);

test('results are written beside vectors of other formats, and below an export', async (t) => {
  const root = await folderWith(t, files);
  const at = (name: string): string => path.join(root, name);
  const make = async (out: string, set: string): Promise<void> =>
    await (
      await made(at(out), { old: at(set), new: 's3://bucket/new.arrow' })
    )();
  await make('one', 'one/vectors.parquet');
  await make('one/out', 'one/vectors.arrow');
  await make('export/results', 'export');
  await make('table-results', 'table');
  t.deepEqual(await fs.readdir(at('export')), ['manifest.json', 'part-00000.arrow', 'results']);
});

test('results of another verb are not replaced, those of the same are', async (t) => {
  const root = await folderWith(t, ['vectors.npy']);
  const [set, out] = [path.join(root, 'vectors.npy'), path.join(root, 'out')];
  await (
    await made(out, { set }, 'sincere-suspects')
  )();
  await fs.writeFile(path.join(out, 'summary.json'), '{ "format": "sincere-suspects" }');
  await (
    await made(out, { set }, 'sincere-suspects')
  )();
  const error = await t.throwsAsync(made(out, { set }, 'sincere-duplicates'), {
    instanceOf: PipelineError,
  });
  t.is(
    error?.message,
    `Expected \`out\` to be a folder for results, got \`${out}\`, which is a result of \`suspects\`. ` +
      `Give another, such as \`${path.join(out, 'results')}\``,
  );
});

test('a folder that a result is being written to is refused until that ends', async (t) => {
  const root = await folderWith(t, ['vectors.npy']);
  const [set, out] = [path.join(root, 'vectors.npy'), path.join(root, 'out')];
  const release = await made(out, { set });
  const error = await t.throwsAsync(made(out, { set }), { instanceOf: PipelineError });
  t.is(error?.code, 'ERR_LOCKED');
  await release();
  await (
    await made(out, { set })
  )();
});
