import fs from 'node:fs/promises';
import path from 'node:path';
import { tableFromIPC } from '@uwdata/flechette';
import test from 'ava';
import { theoryRow, type TheoryRow } from '../../../operators/theory/theory-row.ts';
import { writeTheory } from '../../../outputs/tables/theory-file.ts';
import { independentReaders } from '../../helpers/independent-readers.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

const provenance = { seed: 7, draws: 100 };

/** More than eight, because verdicts are bits. */
const rows: readonly TheoryRow[] = Array.from({ length: 11 }, (_, at) =>
  theoryRow({
    check: at % 2 === 0 ? 'ideal_loss' : 'prop3_posterior',
    setting: `J ${at}, |N| 9, ∑`,
    divergence: at % 2 === 0 ? at / 2 : null,
    negatives: at % 2 === 0 ? at : null,
    measured: at / 7,
    relation: 'equals',
    expected: 1,
    tolerance: 0.5,
    standardError: at % 3 === 0 ? null : 1e-300 * at,
  }),
);

test('Polars and flechette read every row', async (t) => {
  const folder = path.join(await temporaryFolder(t), 'theory');
  const report = await writeTheory(folder, rows, provenance);
  t.is(report.path, path.join(folder, 'theory.arrow'));
  t.is(report.rows, 11);
  t.deepEqual(await fs.readdir(folder), ['theory.arrow']);
  t.true(rows.some(({ holds }) => holds) && rows.some(({ holds }) => !holds));
  const bytes = await fs.readFile(report.path);
  for (const read of Object.values(independentReaders)) {
    t.deepEqual(
      read(bytes, 'file'),
      rows.map(({ standardError, ...row }) => ({ ...row, standard_error: standardError })),
    );
  }
});

test('the metadata says what the rows come from', async (t) => {
  const { path: file } = await writeTheory(await temporaryFolder(t), rows, provenance);
  const { metadata } = tableFromIPC(await fs.readFile(file)).schema;
  t.is(metadata?.get('seed'), '7');
  t.is(metadata?.get('draws'), '100');
  t.regex(metadata?.get('producer') ?? '', /^sincere \d/u);
});

test('the same rows give the same bytes, also over earlier ones', async (t) => {
  const folder = await temporaryFolder(t);
  const { sha256 } = await writeTheory(folder, rows, provenance);
  await writeTheory(folder, rows.slice(1), provenance);
  t.is((await writeTheory(folder, rows, provenance)).sha256, sha256);
});

test('a folder that cannot be made is an error with a way out', async (t) => {
  const file = path.join(await temporaryFolder(t), 'file');
  await fs.writeFile(file, '');
  await t.throwsAsync(writeTheory(path.join(file, 'out'), rows, provenance), { code: 'ERR_WRITE' });
});
