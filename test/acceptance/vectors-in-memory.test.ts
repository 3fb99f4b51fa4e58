import { execFile } from 'node:child_process';
import fs from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import { npyBytes } from '../helpers/npy.ts';
import { programArguments } from '../helpers/project.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const script = programArguments(new URL('../fixtures/open-many-vectors.ts', import.meta.url));
const [rows, dim] = [200_000, 256];

for (const { descr, make } of [
  { descr: '<f4', make: () => new Float32Array(rows * dim) },
  { descr: '<f2', make: () => new Uint16Array(rows * dim) },
]) {
  test(`vectors beyond the bound of memory take some blocks of it, and leave no file: ${descr}`, async (t) => {
    const folder = await temporaryFolder(t);
    const [file, small] = ['x.npy', 'small.npy'].map((name) => path.join(folder, name));
    await fs.writeFile(file!, npyBytes(make().fill(15_000), { shape: [rows, dim], descr }));
    await fs.writeFile(small!, npyBytes(Float32Array.of(1), { shape: [1, 1] }));
    const env = { ...process.env, TMPDIR: folder };
    // In a process of its own: peak memory is counted for a whole process.
    const ran = await promisify(execFile)(process.execPath, [...script, file!, small!], { env });
    const found = JSON.parse(ran.stdout) as { rows: number; growthMb: number; left: string[] };
    t.log(
      `${(rows * dim * 4) / 1e6} MB of float32, memory grew by ${found.growthMb.toFixed(0)} MB`,
    );
    t.is(found.rows, 2 * rows);
    t.deepEqual(found.left, []);
    t.true(found.growthMb < (rows * dim * 4) / 1e6 / 2);
  });
}
