import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { tableFromArrays, tableToIPC } from 'apache-arrow';
import { inspect } from '../../pipeline/inspect.ts';
import { runCommandLine } from '../helpers/command-line.ts';
import { noisyImages, setForms, writeSameSet } from '../helpers/same-set.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { toldCommands } from '../helpers/told-commands.ts';

test('a set of images is described alike in every form: its classes, its first images, its hash', async (t) => {
  const { root, forms } = await writeSameSet(await temporaryFolder(t), await noisyImages([3, 2]));
  const hashes = new Set<unknown>();
  for (const form of setForms.filter((name) => !['prepared', 'arrow'].includes(name))) {
    const { kind, facts, tables, preview } = await inspect({
      path: path.join(root, forms[form]),
      rows: 2,
    });
    t.is(kind, 'images', form);
    t.like(facts, { images: 5, classes: 2, withoutClass: 0 }, form);
    t.deepEqual(tables[0]!.records, [
      { class: 'a', images: 3 },
      { class: 'b', images: 2 },
    ]);
    t.deepEqual(preview, [
      { id: 'a/000.jpg', class: 'a' },
      { id: 'a/001.jpg', class: 'a' },
    ]);
    hashes.add(facts['hash']);
  }
  t.is(hashes.size, 1);
});

test('options of images say that a location is one of images', async (t) => {
  const { root, forms } = await writeSameSet(await temporaryFolder(t), await noisyImages([2, 2]));
  const tables = path.join(root, forms.arrow);
  t.is((await inspect({ path: tables })).kind, 'folder');
  const { kind, facts } = await inspect({ path: tables, classes: ['b'] });
  t.is(kind, 'images');
  t.like(facts, { images: 2, classes: 1 });
});

test('of many classes the largest and the smallest are shown', async (t) => {
  const { tables } = await inspect({ path: 'synthetic:shapes?classes=10&count=40&size=8' });
  t.is(tables[0]!.records.length, 10);
  const photos = await temporaryFolder(t);
  for (let label = 0; label < 25; label += 1) {
    await fs.mkdir(path.join(photos, `c${label}`));
    for (let at = 0; at <= label; at += 1) {
      await fs.writeFile(path.join(photos, `c${label}`, `${at}.jpg`), 'no image is read');
    }
  }
  const [classes] = (await inspect({ path: photos })).tables;
  t.is(classes!.title, 'classes, largest first, without the 5 classes between');
  t.deepEqual(classes!.records[0], { class: 'c24', images: 25 });
  t.deepEqual(classes!.records.at(-1), { class: 'c0', images: 1 });
});

test('a location of images says what is wrong with it, and what would be known', async (t) => {
  const folder = await temporaryFolder(t);
  const file = path.join(folder, 'notes.txt');
  await fs.writeFile(file, 'hello');
  const unknown = await runCommandLine(['inspect', file]);
  t.is(unknown.exitCode, 1);
  t.regex(unknown.stdout, /safetensors or ONNX, got something else\. As images: .*notes\.txt/u);
  t.notRegex(unknown.stdout, /next:/u);
  for (const split of ['train', 'test']) {
    await fs.mkdir(path.join(folder, 'photos', split, 'a'), { recursive: true });
    await fs.writeFile(path.join(folder, 'photos', split, 'a', '1.jpg'), 'no image is read');
  }
  const splits = await runCommandLine(['inspect', path.join(folder, 'photos')]);
  t.is(splits.exitCode, 0);
  t.regex(splits.stdout, /photos: 2 images in the splits `test`, `train`\n/u);
  t.regex(splits.stdout, /^ {2}train +1 +1$/mu);
  t.like(toldCommands(splits.stdout)[0], [
    'train',
    path.join(folder, 'photos'),
    '--split',
    'train',
  ]);
  const args = ['inspect', path.join(folder, 'photos'), '--split', 'train', '--verify'];
  const verified = await runCommandLine(args);
  t.is(verified.exitCode, 2);
  t.regex(verified.stderr, /Expected `--verify` to be absent for images/u);
});

test('an Arrow stream is known by what it holds, whatever its name', async (t) => {
  const file = path.join(await temporaryFolder(t), 'data-00000-of-00001.arrow');
  await fs.writeFile(file, tableToIPC(tableFromArrays({ label: [1, 2, 3] }), 'stream'));
  const { kind, problems } = await inspect({ path: file });
  t.is(kind, 'arrow-stream');
  t.deepEqual(problems, []);
});
