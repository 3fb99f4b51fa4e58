import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { openEmbeddings } from '../../outputs/embeddings/read-embeddings.ts';
import { readQuarantine } from '../../outputs/tables/write-quarantine.ts';
import { embed } from '../../pipeline/embed.ts';
import { evaluate } from '../../pipeline/evaluate.ts';
import { train } from '../../pipeline/train.ts';
import { writeHostileFolder } from '../helpers/hostile-images.ts';
import { writeImageTree } from '../helpers/image-tree.ts';
import { tinyExport, tinyTraining } from '../helpers/pipeline-options.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { stepsOf } from '../helpers/told.ts';

test('a folder with every kind of bad file trains, exports each good image once, and evaluates', async (t) => {
  t.timeout(120_000);
  const folder = await temporaryFolder(t);
  const data = path.join(folder, 'data');
  await writeImageTree(data, [40, 30, 1]);
  const { good, bad } = await writeHostileFolder(data);
  await fs.mkdir(path.join(data, 'empty'));
  const plain = [40, 30, 1].flatMap((count, label) =>
    Array.from({ length: count }, (_, index) => {
      return `${String.fromCodePoint(97 + label)}/${String(index).padStart(3, '0')}.png`;
    }),
  );

  const model = path.join(folder, 'run');
  const options = { data, maxInvalid: 0.5 };
  // Long enough that every image of every class is planned at least once.
  const training = train(tinyTraining({ ...options, out: model, steps: 60, batchSize: 16 }));
  const steps = await stepsOf(training);
  t.is(steps.length, 60);
  t.true(steps.every(({ plan }) => plan.samples.length === 16));
  const found = await readQuarantine(path.join(model, 'quarantine.arrow'));
  t.deepEqual(
    found.map(({ id }) => id),
    [...bad],
  );

  const out = path.join(folder, 'vectors');
  await embed(tinyExport({ ...options, model, out }));
  const ids: string[] = [];
  for await (const block of (await openEmbeddings(out)).blocks()) ids.push(...block.ids);
  t.deepEqual(ids, [...good, ...plain].toSorted(), 'every good one exactly once, in order');
  const refused = await readQuarantine(path.join(out, 'quarantine.arrow'));
  t.deepEqual(
    refused.map(({ id }) => id),
    [...bad],
  );

  const sets = { train: out, test: out, out: path.join(folder, 'evaluation') };
  const { evaluation } = await evaluate(sets);
  // The class with one image has nobody to be compared with but itself.
  t.deepEqual(evaluation.absentFromTrain, [{ class: 'c', images: 1 }]);
  t.is(evaluation.scored, ids.length - 1);
});
