import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import test from 'ava';
import { openEmbeddings } from '../../outputs/embeddings/read-embeddings.ts';
import { exportUntil, killedExport } from '../helpers/export-cases.ts';
import { programArguments } from '../helpers/project.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const script = programArguments(new URL('../fixtures/export-embeddings.ts', import.meta.url));

/** Runs the export in a process of its own and kills it after so many batches. @returns Whether it was done. */
async function runAndKill(folder: string, afterBatches: number): Promise<boolean> {
  const child = spawn(process.execPath, [...script, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let batches = 0;
  let done = false;
  for await (const line of createInterface({ input: child.stdout })) {
    if (line === 'done') done = true;
    batches += 1;
    if (batches === afterBatches) child.kill('SIGKILL');
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return done;
}

async function filesOf(folder: string): Promise<Record<string, string>> {
  const names = (await fs.readdir(folder)).sort();
  const contents = await Promise.all(names.map((name) => fs.readFile(path.join(folder, name))));
  return Object.fromEntries(names.map((name, at) => [name, contents[at]!.toString('base64')]));
}

test('an export whose process is killed twice ends with the bytes of an unbroken one', async (t) => {
  const root = await temporaryFolder(t);
  const whole = path.join(root, 'whole');
  const unbroken = await exportUntil(whole, killedExport);
  await unbroken.finish();
  await unbroken.close();

  const killed = path.join(root, 'killed');
  let kills = 0;
  let open = 0;
  for (const batches of [40, 70, Infinity]) {
    if (await runAndKill(killed, batches)) break;
    kills += 1;
    const names = await fs.readdir(killed);
    if (names.some((name) => /^part-.*\.tmp$/.test(name))) open += 1;
    t.true(names.includes('.lock'), 'it had no time to give the folder back');
  }
  t.log(`${kills} kills, ${open} of them with an open temporary file`);
  t.true(kills >= 1);
  t.deepEqual(await filesOf(killed), await filesOf(whole));
  const bad = Array.from({ length: killedExport.count }, (_, at) => at).filter(killedExport.isBad);
  t.is((await openEmbeddings(killed, { verify: 'hash' })).rows, killedExport.count - bad.length);
});
