import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { makeFolder } from '../../../operators/files/make-folder.ts';
import { runCommandLine } from '../../helpers/command-line.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

test('a folder is made with those above it, and one that is there stays', async (t) => {
  const root = await temporaryFolder(t);
  const folder = path.join(root, 'a', 'b');
  await makeFolder(folder);
  await fs.writeFile(path.join(folder, 'c'), '');
  await makeFolder(folder);
  t.deepEqual(await fs.readdir(folder), ['c']);
});

test('a file in the place of a folder is named as one, and so is one above it', async (t) => {
  const root = await temporaryFolder(t);
  const at = (...names: string[]): string => path.join(root, ...names);
  await fs.writeFile(at('file'), '');
  await fs.symlink(at('file'), at('link'));
  await fs.symlink(at('gone'), at('broken'));
  const refused = async (folder: string, message: string): Promise<void> => {
    await t.throwsAsync(makeFolder(folder), { code: 'ERR_WRITE', message });
  };
  await refused(at('file'), `\`${at('file')}\` is a file; give a folder.`);
  await refused(at('link'), `\`${at('link')}\` is a link to a file; give a folder.`);
  await refused(at('broken'), `\`${at('broken')}\` is a link to nothing; give a folder.`);
  await refused(
    at('file', 'a', 'b'),
    `Cannot make the folder \`${at('file', 'a', 'b')}\`: \`${at('file')}\` is a file. Give a folder elsewhere.`,
  );
});

test('every verb with a folder for its results says so when it is a file', async (t) => {
  const file = path.join(await temporaryFolder(t), 'file');
  await fs.writeFile(file, '');
  const commands = [
    ['theory'],
    ['demo'],
    ['train', 'synthetic:shapes', '--limit', '2', '--steps', '0', '--engine', 'cpu'],
  ];
  for (const command of commands) {
    const { exitCode, stderr } = await runCommandLine([...command, '--out', file, '--quiet']);
    t.is(exitCode, 1, stderr);
    t.true(stderr.endsWith(`error: \`${file}\` is a file; give a folder.\n`), stderr);
  }
});
