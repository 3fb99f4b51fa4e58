import { spawn } from 'node:child_process';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { seededRandom } from '../../operators/random.ts';
import { folderBytes } from '../helpers/cache-folder.ts';
import { programArguments } from '../helpers/project.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

/** Processes that are killed. */
const kills = process.env['CAMPAIGN'] === '1' ? 1000 : 24;
const processes = 3;
const maxBytes = 3e6;
const images = 2000;

const script = programArguments(new URL('../fixtures/use-image-cache.ts', import.meta.url));

interface Ended {
  readonly code: number | null;
  readonly out: string;
}

/** Uses the cache in a process of its own, which is killed after so long. */
async function use(
  folder: string,
  readings: number,
  seed: number,
  killMs?: number,
): Promise<Ended> {
  const settings = [folder, maxBytes, images, readings, seed].map(String);
  const child = spawn(process.execPath, [...script, ...settings], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let out = '';
  child.stdout.on('data', (text: Buffer) => (out += text.toString()));
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code) => resolve({ code, out }));
  });
  if (killMs !== undefined) void sleep(killMs).then(() => child.kill('SIGKILL'));
  return await ended;
}

test(`${kills} processes that share a cache and are killed leave no wrong byte, and stay within its size`, async (t) => {
  t.timeout(3_600_000);
  const folder = path.join(await temporaryFolder(t), 'images');
  const random = seededRandom('kills', kills);
  let most = 0;
  const watching = new AbortController();
  const watched = (async () => {
    while (!watching.signal.aborted) {
      most = Math.max(most, await folderBytes(folder));
      await sleep(5);
    }
  })();
  let left = kills;
  const codes: (number | null)[] = [];
  await Promise.all(
    Array.from({ length: processes }, async () => {
      while (left > 0) {
        left -= 1;
        codes.push((await use(folder, 1e9, left, 300 + random.below(500))).code);
      }
    }),
  );
  watching.abort();
  await watched;
  // Null is that of a process that was killed.
  t.deepEqual(new Set(codes), new Set([null]));
  t.true(most <= maxBytes && most > maxBytes / 2, `${most} bytes at most`);
  // What was left is used by the next.
  const { code, out } = await use(folder, images, -1);
  t.is(code, 0);
  const { hits, problem } = JSON.parse(out) as { hits: number; problem: string | null };
  t.is(problem, null);
  t.true(hits > images / 4, `${hits} hits`);
});
