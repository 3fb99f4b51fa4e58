import test from 'ava';
import { trialJpeg } from '../../../pipeline/parts/trial-jpeg.ts';
import { trialLoading } from '../../../pipeline/parts/trial-loading.ts';

test('the decoder of small JPEGs is tried against sharp', async (t) => {
  const detail = 'decoded by libjpeg-turbo in WebAssembly, pixels as of sharp';
  t.deepEqual(await trialJpeg(), { verdict: 'ok', detail });
});

test('a machine without it is told what that means', async (t) => {
  t.deepEqual(await trialJpeg('sharp decodes all'), {
    verdict: 'note',
    detail: 'sharp decodes all',
  });
});

test('a thread that loads images is tried, and told how many there may be', async (t) => {
  const { verdict, detail } = await trialLoading();
  t.is(verdict, 'ok');
  t.regex(detail, /^by up to \d+ threads?, each of which reads, decodes and makes views$/u);
});
