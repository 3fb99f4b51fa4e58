import fs from 'node:fs/promises';
import test from 'ava';
import { messageOf } from '../../../operators/errors.ts';
import { imageDecoders } from '../../../operators/image/decode-options.ts';
import { decodePixels } from '../../../operators/image/decode-pixels.ts';
import { hostileCases } from '../../helpers/hostile-cases.ts';
import { badFiles, goodFiles } from '../../helpers/hostile-images.ts';

const cases = await hostileCases();

for (const [name, { bytes, outcome }] of Object.entries(cases)) {
  const what = outcome instanceof RegExp ? 'refused' : `an image of ${outcome.join(' × ')}`;
  test(`${name}: ${what}, by both decoders alike`, async (t) => {
    const [image, other] = await Promise.all(
      imageDecoders.map((decoder) => decodePixels(bytes, { decoder }).catch(messageOf)),
    );
    t.deepEqual(image, other);
    if (outcome instanceof RegExp) t.regex(image as string, outcome);
    else t.like(image, { width: outcome[0], height: outcome[1] });
  });
}

test('files of a hostile folder have one outcome on both decoders', async (t) => {
  const good = [...(await goodFiles())].map(([name, { bytes }]) => [name, bytes] as const);
  for (const [name, bytes] of [...good, ...(await badFiles())]) {
    const [image, other] = await Promise.all(
      imageDecoders.map((decoder) => decodePixels(bytes, { decoder }).catch(messageOf)),
    );
    t.deepEqual(image, other, name);
  }
});

test('the guide names every hostile file', async (t) => {
  const guide = await fs.readFile('operators/image/README.md', 'utf8');
  // Those that differ by a number alone stand in one row.
  const rows = Object.keys(cases).map((name) => name.replace(/ \d( tenths)?$/u, ''));
  for (const row of rows) t.true(guide.includes(`| ${row} `), row);
});
