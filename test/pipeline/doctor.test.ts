import test from 'ava';
import fs from 'node:fs/promises';
import path from 'node:path';
import { doctor, doctorChecks } from '../../pipeline/doctor.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

test('what throws is broken, and does not keep the others from being tried', async (t) => {
  const checks = await doctor(
    { out: '.' },
    {
      first: async () => {
        throw new Error('not there');
      },
      second: async () => ({ verdict: 'note', detail: 'fine' }),
    },
  );
  t.deepEqual(checks, [
    { name: 'first', verdict: 'broken', detail: 'not there' },
    { name: 'second', verdict: 'note', detail: 'fine' },
  ]);
});

test('a folder that is not there yet is tried above', async (t) => {
  const folder = await temporaryFolder(t);
  const out = path.join(folder, 'not', 'yet', 'there');
  const [check] = await doctor({ out }, { writing: doctorChecks['writing']! });
  t.is(check?.verdict, 'ok');
  t.true(check?.detail.startsWith(`${folder} can be written`));
  t.deepEqual(await fs.readdir(folder), []);
});

test('a folder that cannot be written to is broken', async (t) => {
  if (process.platform !== 'linux') {
    t.log('not tried: needs a file system that refuses to write');
    t.pass();
    return;
  }
  // Nobody can make folders in there, not even root.
  const [check] = await doctor({ out: '/proc/self/out' }, { writing: doctorChecks['writing']! });
  t.is(check?.verdict, 'broken');
});
