import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { openDataset } from '../../datasets/open-dataset.ts';
import { train } from '../../pipeline/train.ts';
import { runCommandLine } from '../helpers/command-line.ts';
import { tinyTraining } from '../helpers/pipeline-options.ts';
import { noisyImages, setForms, writeSameSet } from '../helpers/same-set.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const split = { holdOut: 0.2, seed: 5 };

test('images that are held out are the same from every source', async (t) => {
  const root = await temporaryFolder(t);
  const { forms } = await writeSameSet(root, await noisyImages([20, 8, 3]));
  for (const heldOut of [true, false]) {
    const all: { ids: readonly string[]; hash: string }[] = [];
    for (const form of setForms) {
      const dataset = await openDataset(path.join(root, forms[form]), { ...split, heldOut });
      const ids = Array.from({ length: dataset.count }, (_, at) => dataset.sample(at).id);
      all.push({ ids, hash: dataset.hash });
    }
    t.is(all[0]!.ids.length, heldOut ? 4 + 2 + 1 : 16 + 6 + 2);
    for (const [at, form] of setForms.entries()) t.deepEqual(all[at], all[0], form);
  }
});

test('a balance and its limits draw the same from folder, tar and Parquet, and report it alike', async (t) => {
  const root = await temporaryFolder(t);
  const { forms } = await writeSameSet(root, await noisyImages([20, 8, 3]));
  const shares = { balance: 0.5, maxOversampling: 2, maxClassShare: 0.6 };
  const drawn: Buffer[] = [];
  for (const form of ['folder', 'tar', 'parquet'] as const) {
    const out = path.join(root, 'out', form);
    const data = path.join(root, forms[form]);
    await train(tinyTraining({ data, out, steps: 5, ...split, ...shares }));
    drawn.push(await fs.readFile(path.join(out, 'drawn.arrow')));
  }
  t.true(drawn.every((bytes) => bytes.equals(drawn[0]!)));
  const { stdout } = await runCommandLine(['inspect', path.join(root, 'out/parquet')]);
  t.regex(stdout, /^drawn of each class, most often first:$/mu);
});
