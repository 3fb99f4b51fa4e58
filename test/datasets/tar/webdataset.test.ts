import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import test from 'ava';
import { memberName } from '../../../datasets/tar/member-name.ts';
import { openTar } from '../../../datasets/tar/open-tar.ts';
import { streamTar } from '../../../datasets/tar/stream-tar.ts';
import { project } from '../../helpers/project.ts';
import { tarFolder } from '../../helpers/tar-sets.ts';

/** A Python with webdataset: of `SINCERE_PYTHON`, else the one of the system. */
const python = process.env['SINCERE_PYTHON'] ?? 'python3';
const script = fileURLToPath(new URL('test/fixtures/webdataset_tars.py', project));

/** Samples that the script writes. */
const count = 20;

/** A sample as `webdataset` reads it. */
interface ReadSample {
  readonly archive: string;
  readonly key: string;
  /** SHA-256 of each member by its extension. */
  readonly members: Readonly<Record<string, string>>;
}

async function readByWebdataset(folder: string): Promise<readonly ReadSample[] | string> {
  try {
    const { stdout } = await promisify(execFile)(python, [script, folder, String(count)]);
    return stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as ReadSample);
  } catch (error) {
    if (!/No module named 'webdataset'|ENOENT/u.test(String(error))) throw error;
    return `not compared: \`${python}\` has no webdataset; name one that has in SINCERE_PYTHON`;
  }
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Names as others give them. */
const odd = [
  'a.jpg',
  'a.cls',
  'b.v1.0/c.jpg',
  'b.v1.0/c.cls',
  'b.v1.0/c.seg.png',
  'd.JPG',
  'D.jpg',
  './e/f.jpg',
  'e/f.cls',
  'e/.hidden.jpg',
  '__meta__/x.jpg',
  'no-ending',
  'g.img.jpg',
  'g.json',
  `${'long/'.repeat(40)}h.jpg`,
  'ü/ß.jpg',
  'ü/ß.cls',
];

test('archives that `webdataset` writes and reads have its keys, classes and bytes', async (t) => {
  const folder = await tarFolder(t, { 'odd.tar': odd });
  const read = await readByWebdataset(folder);
  if (typeof read === 'string') {
    t.log(read);
    t.pass();
    return;
  }
  const made = read.filter(({ archive }) => archive.startsWith('made-'));
  t.is(made.length, count);
  const dataset = await openTar(path.join(folder, 'made-*.tar'));
  t.deepEqual(dataset.classes, ['0', '1', '2']);
  t.is(dataset.count, count);
  const byKey = new Map(made.map((sample) => [sample.key, sample]));
  for (let position = 0; position < count; position += 1) {
    const { id, label } = dataset.sample(position);
    const { key, extension } = memberName(id)!;
    const { members } = byKey.get(key)!;
    t.is(extension, 'jpg');
    const [image, name] = [await dataset.read(position), Buffer.from(dataset.classes[label!]!)];
    t.deepEqual([sha256(image), sha256(name)], [members['jpg'], members['cls']]);
  }
});

test('a stream has the samples of `webdataset` in its order, of odd names, too', async (t) => {
  const folder = await tarFolder(t, { 'odd.tar': odd });
  const read = await readByWebdataset(folder);
  if (typeof read === 'string') {
    t.log(read);
    t.pass();
    return;
  }
  const streamed: string[] = [];
  for (const archive of new Set(read.map((sample) => sample.archive))) {
    for await (const { id, bytes } of streamTar(path.join(folder, archive))) {
      const { key, extension } = memberName(id)!;
      streamed.push(`${archive} ${key} ${extension} ${sha256(bytes)}`);
    }
  }
  const expected = read.flatMap(({ archive, key, members }) => {
    const image = ['jpg', 'img.jpg'].find((extension) => extension in members);
    // A hidden name is a sample there, `e/` with the extension `hidden.jpg`; a folder leaves it out, and so do we.
    return image === undefined
      ? []
      : [`${archive} ${key.replace('./', '')} ${image} ${members[image]!}`];
  });
  t.deepEqual(streamed, expected);
});
