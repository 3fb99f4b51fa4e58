import path from 'node:path';
import test from 'ava';
import { train } from '../../pipeline/train.ts';
import { objectServer } from '../helpers/object-server.ts';
import { tinyTraining } from '../helpers/pipeline-options.ts';
import { noisyImages } from '../helpers/same-set.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { notesOf } from '../helpers/told.ts';

test('a run on a remote store tells its requests and bytes, beside the least possible', async (t) => {
  const images = await noisyImages([4, 4]);
  const rows = [...images.keys()].map((name) => `${name},${name[0]}\n`).join('');
  const list = Buffer.from(`path,label\n${rows}`);
  const { origin } = await objectServer(t, {
    objects: { ...Object.fromEntries(images), 'list.csv': list },
  });
  const folder = await temporaryFolder(t);
  const run = train(
    tinyTraining({
      data: `${origin}/list.csv`,
      out: path.join(folder, 'run'),
      cacheDir: path.join(folder, 'cache'),
      steps: 2,
    }),
  );
  const told = (await notesOf(run)).filter((text) => text.includes('requests'));
  t.is(told.length, 1);
  t.regex(
    told[0]!,
    /list\.csv: \d+ requests \(\d+ at least, 0 repeated, 0 hedged\), .* received of which .* were used; waits of/u,
  );
});
