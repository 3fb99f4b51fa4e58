import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import type { BadSample } from '../../../operators/types.ts';
import { openArrowFile } from '../../../outputs/arrow/arrow-file.ts';
import {
  type QuarantineRow,
  readQuarantine,
  writeQuarantine,
} from '../../../outputs/tables/write-quarantine.ts';
import { Schema } from 'apache-arrow';
import { independentReaders } from '../../helpers/independent-readers.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

const badSample: fc.Arbitrary<BadSample> = fc.record({
  id: fc.string({ unit: 'grapheme', maxLength: 3 }),
  stage: fc.constantFrom('read', 'decode', 'encode'),
  code: fc.constantFrom('ERR_READ', 'ERR_DECODE'),
  message: fc.string({ unit: 'grapheme', maxLength: 9 }),
});

test('each id is there once, sorted, and the bytes do not depend on the order', async (t) => {
  const file = path.join(await temporaryFolder(t), 'quarantine.arrow');
  await fc.assert(
    fc.asyncProperty(fc.array(badSample, { maxLength: 12 }), async (samples) => {
      await writeQuarantine(file, samples);
      const bytes = await fs.readFile(file);
      const read = await readQuarantine(file);
      const ids = [...new Set(samples.map(({ id }) => id))].sort((a, b) => (a < b ? -1 : 1));
      t.deepEqual(
        read.map(({ id }) => id),
        ids,
      );
      for (const reader of Object.values(independentReaders)) {
        const rows = read.map((row) => withUsed(row, false));
        t.deepEqual(reader(bytes, 'file'), rows);
      }
      const again = await writeQuarantine(file, samples.toReversed().concat(samples));
      t.is(again.rows, ids.length);
      t.deepEqual(await fs.readFile(file), bytes);
    }),
    { seed: 11, numRuns: 40 },
  );
});

test('more samples than one batch holds are all there', async (t) => {
  const file = path.join(await temporaryFolder(t), 'quarantine.arrow');
  const samples = Array.from({ length: 10_000 }, (_, at): BadSample => {
    return { id: String(at).padStart(6, '0'), stage: 'read', code: 'ERR_READ', message: 'gone' };
  });
  await writeQuarantine(file, samples);
  t.deepEqual(await readQuarantine(file), samples);
});

test('a repaired image is told as used, whatever else is bad', async (t) => {
  const file = path.join(await temporaryFolder(t), 'quarantine.arrow');
  const rows: QuarantineRow[] = [
    { id: 'a', stage: 'decode', code: 'REPAIRED', message: 'the end of the file is missing' },
    { id: 'b', stage: 'encode', code: 'ERR_NOT_FINITE', message: 'NaN' },
  ];
  await writeQuarantine(file, rows);
  t.deepEqual(await readQuarantine(file), rows);
  const bytes = await fs.readFile(file);
  for (const reader of Object.values(independentReaders)) {
    const used = rows.map((row, at) => withUsed(row, at === 0));
    t.deepEqual(reader(bytes, 'file'), used);
  }
});

test('a missing file is empty, another kind of file is refused', async (t) => {
  const file = path.join(await temporaryFolder(t), 'quarantine.arrow');
  t.deepEqual(await readQuarantine(file), []);
  await fs.writeFile(file, 'something else that is long enough');
  await t.throwsAsync(readQuarantine(file), { code: 'ERR_FORMAT' });
  const sink = await openArrowFile(file, new Schema([]));
  await sink.close();
  t.deepEqual(await readQuarantine(file), []);
});

function withUsed(row: QuarantineRow, used: boolean): object {
  return { ...row, used };
}
