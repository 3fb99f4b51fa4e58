import path from 'node:path';
import test from 'ava';
import { PipelineError } from '../../../operators/errors.ts';
import type { ImagesOfIds } from '../../../outputs/thumbnails/images-of-ids.ts';
import { imageCells } from '../../../outputs/report/examples/image-cells.ts';
import { placelessImages } from '../../../outputs/report/material/page-names.ts';

test('of the place of images a page tells its last part, and files by where they are in it', (t) => {
  const told = (text: string, place = '/home/me/photos'): string => placelessImages(text, place);
  t.is(told('other bytes in `/home/me/photos` than'), 'other bytes in `photos` than');
  t.is(told("open '/home/me/photos/cat/1.png'"), "open 'photos/cat/1.png'");
  t.is(
    told('`/home/me/photos2` and cat/home/me/photos'),
    '`/home/me/photos2` and cat/home/me/photos',
  );
  t.is(told('`../photos` has no image `a`', '../photos'), '`photos` has no image `a`');
  t.is(told(`\`${path.resolve('photos')}/a.png\``, 'photos'), '`photos/a.png`');
  t.is(told('`.png`', '.'), '`.png`');
  const split = '/data/cifar (10), test';
  t.is(
    told(`in \`${split}\`: '/data/cifar (10)/t.bin'`, split),
    "in `cifar (10), test`: 'cifar (10)/t.bin'",
  );
  t.is(told('`s3://photos/a` is there', 's3://photos'), '`s3://photos/a` is there');
});

test('notes of thumbnails say nothing of where on a machine the images are', async (t) => {
  const place = path.resolve('somewhere', 'photos');
  const source: ImagesOfIds = {
    name: place,
    async *images(wanted) {
      for (const { id } of wanted) {
        const reason = `\`${place}/${id}\` cannot be read`;
        if (id === 'gone.png') yield { id, image: null, reason };
        else yield { id, image: { width: 1, height: 1, data: new Uint8Array(3) }, isChanged: true };
      }
    },
  };
  const notes: string[] = [];
  const context = { images: { of: async () => source }, note: (text: string) => notes.push(text) };
  const wanted = ['gone.png', 'new.png'].map((id) => ({ set: 'a', id }));
  await imageCells(context, 'mistakes', wanted);
  const away: ImagesOfIds = {
    name: place,
    images: () => {
      throw new PipelineError('ERR_DATASET', `There is no \`${place}\``);
    },
  };
  const { cell } = await imageCells({ ...context, images: { of: async () => away } }, 'a', wanted);
  t.is(cell(wanted[0], 'cat').html.includes('<svg'), false);
  t.is(notes.pop(), 'no thumbnails: There is no `photos`');
  t.is(notes.length, 2);
  t.regex(notes[0]!, /The first one: `photos\/gone\.png` cannot be read$/u);
  t.regex(notes[1]!, /1 image has other bytes in `photos` than .*: `new\.png`\. /u);
});
