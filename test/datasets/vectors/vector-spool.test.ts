import { spawnSync } from 'node:child_process';
import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { npyBytes } from '../../helpers/npy.ts';
import { programArguments } from '../../helpers/project.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

const program = programArguments(new URL('../../fixtures/open-spooled.ts', import.meta.url));

test('vectors for which there is no room are refused, naming the folder and the way out, and leave nothing', async (t) => {
  const folder = await temporaryFolder(t);
  const [file, temporary] = [path.join(folder, 'x.npy'), path.join(folder, 'temporary')];
  await fs.mkdir(temporary);
  const shape = [4096, 256];
  await fs.writeFile(file, npyBytes(new Float64Array(4096 * 256).fill(1), { shape, descr: '<f8' }));
  // No file of the shell and its children may have more than 1 MiB.
  const script = 'trap "" XFSZ; ulimit -f 1024 && exec "$@"';
  const given = ['-c', script, 'sh', process.execPath, ...program, file];
  const env = { ...process.env, TMPDIR: temporary };
  const { stdout, stderr } = spawnSync('bash', given, { encoding: 'utf8', env });
  t.is(stderr, '');
  t.true(
    stdout.includes(
      `ERR_WRITE Cannot keep vectors in the folder for temporary files, \`${temporary}\``,
    ),
    stdout,
  );
  t.regex(
    stdout,
    /Free some space there, or name a folder on another disk in the environment variable `TMPDIR`/u,
  );
  t.deepEqual(await fs.readdir(temporary), []);
});

test('a process that is killed while vectors lie in its temporary file leaves nothing', async (t) => {
  const folder = await temporaryFolder(t);
  const [file, temporary] = [path.join(folder, 'x.npy'), path.join(folder, 'temporary')];
  await fs.mkdir(temporary);
  await fs.writeFile(file, npyBytes(Float64Array.of(1, 2, 3, 4), { shape: [2, 2], descr: '<f8' }));
  const env = { ...process.env, TMPDIR: temporary };
  const ended = spawnSync(process.execPath, [...program, file, 'killed'], {
    encoding: 'utf8',
    env,
  });
  t.is(ended.signal, 'SIGKILL');
  // Linux alone lists the files that a process holds open; elsewhere what is left is looked at, and not how.
  const files = process.platform === 'linux' ? '1 file' : 'some files';
  t.true(ended.stdout.startsWith(`2 rows, in ${files} without a name`), ended.stdout);
  t.deepEqual(await fs.readdir(temporary), []);
});
