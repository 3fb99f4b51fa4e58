import { execFile } from 'node:child_process';
import fs from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import { openArrowReader } from '../../outputs/arrow/read-arrow-file.ts';
import { programArguments } from '../helpers/project.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const script = programArguments(new URL('../fixtures/write-many-vectors.ts', import.meta.url));

test('writing and reading a file takes memory for a few batches, not for the file', async (t) => {
  const file = path.join(await temporaryFolder(t), 'vectors.arrow');
  // In a process of its own: peak memory is counted for a whole process.
  const { stdout } = await promisify(execFile)(process.execPath, [...script, file]);
  const { growthMb } = JSON.parse(stdout) as { readonly growthMb: number };
  const { size } = await fs.stat(file);
  const fileMb = size / 1e6;
  t.log(`${fileMb.toFixed(0)} MB written and read, memory grew by ${growthMb.toFixed(0)} MB`);
  t.true(fileMb > 250);
  // Batches of 4 MB, each replaced by garbage collection some time after it was read.
  t.true(growthMb < fileMb / 2);
  const reader = await openArrowReader(file);
  t.is(reader.batches, 60);
  await reader.close();
});
