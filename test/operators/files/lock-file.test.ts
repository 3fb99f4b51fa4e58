import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setInterval as every } from 'node:timers/promises';
import test from 'ava';
import { lockFolder } from '../../../operators/files/lock-file.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

// Watching is measured in hundredths of a second here; `embed` watches for a minute.
const watchMs = 240;

const elsewhere = { host: 'elsewhere', pid: 1, started: null, namespace: null, token: 'theirs' };
const held = (holder: object, beat = 0): string =>
  `${JSON.stringify(holder)}\n${String(beat).padStart(12, '0')}\n`;

test('a holder on another machine that gives no sign of life is succeeded', async (t) => {
  const folder = await temporaryFolder(t);
  await fs.writeFile(path.join(folder, '.lock'), held(elsewhere));
  const lock = await lockFolder(folder, { watchMs });
  t.regex(lock.note!, /Took over .* from process 1 on `elsewhere`, which gave no sign of life/);
  await lock.check();
  await lock.release();
  t.deepEqual(await fs.readdir(folder), []);
});

test('a holder on another machine that gives signs is respected, and not touched', async (t) => {
  const folder = await temporaryFolder(t);
  const file = path.join(folder, '.lock');
  await fs.writeFile(file, held(elsewhere));
  const opening = lockFolder(folder, { watchMs });
  let done = false;
  const refused = t.throwsAsync(opening, {
    code: 'ERR_LOCKED',
    message: /by process 1 on `elsewhere`.*delete `.*\.lock`/,
  });
  void refused.finally(() => (done = true));
  let beat = 0;
  for await (const _ of every(10)) {
    if (done) break;
    beat += 1;
    // In its place and in one write, as a holder does.
    const handle = await fs.open(file, 'r+');
    await handle.write(held(elsewhere, beat), 0);
    await handle.close();
  }
  await refused;
  t.is(await fs.readFile(file, 'utf8'), held(elsewhere, beat));
});

test('holders give signs of life while they have something else to do', async (t) => {
  const folder = await temporaryFolder(t);
  const lock = await lockFolder(folder, { watchMs: 60 });
  const file = path.join(folder, '.lock');
  const before = await fs.readFile(file, 'utf8');
  for await (const _ of every(10)) {
    if ((await fs.readFile(file, 'utf8')) !== before) break;
  }
  await lock.check();
  await lock.release();
  t.deepEqual(await fs.readdir(folder), []);
});

test('a process id of another container is not asked about', async (t) => {
  const folder = await temporaryFolder(t);
  // This very process id, and none that runs: both say nothing about a process of another namespace.
  for (const pid of [process.pid, 2 ** 22 + 1]) {
    const holder = { host: os.hostname(), pid, started: 'boot 1', namespace: 'pid:[1]', token: '' };
    await fs.writeFile(path.join(folder, '.lock'), held(holder));
    if (process.platform === 'linux') {
      await t.throwsAsync(lockFolder(folder), {
        code: 'ERR_LOCKED',
        message: new RegExp(`by process ${pid} in another container`),
      });
    }
    await (await lockFolder(folder, { watchMs })).release();
  }
  t.deepEqual(await fs.readdir(folder), []);
});

test('a lock without a holder, as a full disk leaves it, is succeeded after watching', async (t) => {
  const folder = await temporaryFolder(t);
  await fs.writeFile(path.join(folder, '.lock'), '');
  await t.throwsAsync(lockFolder(folder), { code: 'ERR_LOCKED', message: /did not leave its/ });
  await (await lockFolder(folder, { watchMs })).release();
  t.deepEqual(await fs.readdir(folder), []);
});

test('the error of a held lock names another folder only where there is a choice', async (t) => {
  const folder = await temporaryFolder(t);
  const lock = await lockFolder(folder);
  const ways = async (elsewhere?: string | null): Promise<string> =>
    (await t.throwsAsync(lockFolder(folder, { elsewhere }), { code: 'ERR_LOCKED' })).message;
  t.regex(await ways(), /Wait for it to end, or choose another folder\. /u);
  t.regex(await ways('name another cache'), /Wait for it to end, or name another cache\. /u);
  t.regex(await ways(null), /Wait for it to end\. /u);
  await lock.release();
});

test('who has lost a lock is told, and does not remove that of the successor', async (t) => {
  const folder = await temporaryFolder(t);
  const lock = await lockFolder(folder, { watchMs });
  const file = path.join(folder, '.lock');
  await fs.writeFile(file, held(elsewhere));
  await t.throwsAsync(lock.check(), {
    code: 'ERR_LOCKED',
    message: /has lost .*by process 1 on `elsewhere` now.*stays valid/,
  });
  await lock.release();
  t.is(await fs.readFile(file, 'utf8'), held(elsewhere));
  await fs.rm(file);
  await t.throwsAsync(lock.check(), { code: 'ERR_LOCKED', message: /lock file is gone/ });
  await fs.rm(folder, { recursive: true });
  await t.throwsAsync(lock.check(), {
    code: 'ERR_WRITE',
    message: /ENOENT.*The folder must exist/,
  });
});

test('locks of different names do not meet', async (t) => {
  const folder = await temporaryFolder(t);
  const first = await lockFolder(folder, { name: '.lock-00000-of-00002' });
  const second = await lockFolder(folder, { name: '.lock-00001-of-00002' });
  await t.throwsAsync(lockFolder(folder, { name: '.lock-00001-of-00002' }), { code: 'ERR_LOCKED' });
  await first.release();
  await second.release();
  t.not(first.token, second.token);
});
