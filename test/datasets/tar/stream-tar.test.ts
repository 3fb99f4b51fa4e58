import path from 'node:path';
import test from 'ava';
import { streamTar } from '../../../datasets/tar/stream-tar.ts';
import { tarEnd, tarMember } from '../../helpers/tar-file.ts';
import { tarFolder } from '../../helpers/tar-sets.ts';

async function streamed(location: string, options = {}): Promise<readonly string[]> {
  const images: string[] = [];
  for await (const { id, classes, bytes } of streamTar(location, options)) {
    images.push(`${id}: ${classes.join(', ')}: ${Buffer.from(bytes).toString()}`);
  }
  return images;
}

test('images of a stream come in the order of their shards, with their classes and bytes', async (t) => {
  const folder = await tarFolder(t, {
    'x-0.tar': { '1.jpg': 'one', '1.cls': 'a', '0.cls': 'b', '0.jpg': 'zero', '0.seg.png': 's' },
    'x-1.tar': { '1.jpg': 'again', '2.jpg': 'two', '2.json': '{"label": ["c"]}' },
  });
  t.deepEqual(await streamed(folder), [
    'x-0.tar/1.jpg: a: one',
    'x-0.tar/0.jpg: b: zero',
    'x-1.tar/1.jpg: : again',
    'x-1.tar/2.jpg: : two',
  ]);
  t.deepEqual(await streamed(path.join(folder, 'x-1.tar')), ['1.jpg: : again', '2.jpg: c: two']);
});

test('images of a packed folder have the class of their folder', async (t) => {
  const folder = await tarFolder(t, { 'a.tar': ['cat/1.jpg', './dog/2.jpg', 'dog/._2.jpg'] });
  t.deepEqual(await streamed(path.join(folder, 'a.tar')), [
    'cat/1.jpg: cat: cat/1.jpg',
    'dog/2.jpg: dog: ./dog/2.jpg',
  ]);
});

test('a name that occurs again is another image of the stream', async (t) => {
  const one = tarMember({ name: 'a/1.jpg' }, 'one');
  const other = tarMember({ name: 'a/2.jpg' }, 'two');
  const folder = await tarFolder(t, { 'a.tar': Buffer.concat([one, other, one, tarEnd]) });
  const ids = (await streamed(folder)).map((image) => image.split(':', 1)[0]);
  t.deepEqual(ids, ['a/1.jpg', 'a/2.jpg', 'a/1.jpg#2']);
});

test('a cut shard ends the stream with an error behind the images that are whole', async (t) => {
  const one = tarMember({ name: 'a/1.jpg' }, 'one');
  const other = tarMember({ name: 'b/2.jpg' }, 'two');
  const folder = await tarFolder(t, {
    'a.tar': Buffer.concat([one, one, other]).subarray(0, 2600),
  });
  const ids: string[] = [];
  await t.throwsAsync(
    async () => {
      for await (const { id } of streamTar(folder)) ids.push(id);
    },
    { code: 'ERR_DATASET', message: /a\.tar`: it is cut/u },
  );
  t.true(ids.length >= 1);
});

test('whoever leaves a stream early leaves nothing open, and an abort ends it with its reason', async (t) => {
  const folder = await tarFolder(t, { 'a.tar': ['a/1.jpg', 'a/2.jpg'], 'b.tar': ['a/3.jpg'] });
  for await (const { id } of streamTar(folder)) {
    t.is(id, 'a.tar/a/1.jpg');
    break;
  }
  const reason = new Error('enough');
  await t.throwsAsync(streamed(folder, { signal: AbortSignal.abort(reason) }), { is: reason });
});
