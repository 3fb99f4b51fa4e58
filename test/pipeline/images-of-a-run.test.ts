import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { openDataset } from '../../datasets/open-dataset.ts';
import { trainingImages } from '../../pipeline/parts/training-images.ts';
import { train } from '../../pipeline/train.ts';
import { writeImageTree } from '../helpers/image-tree.ts';
import { tinyTraining } from '../helpers/pipeline-options.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

test('a run is not continued onto other pictures under the same names, but with repaired ones', async (t) => {
  const root = await temporaryFolder(t);
  const [data, out] = [path.join(root, 'data'), path.join(root, 'run')];
  await writeImageTree(data, [12, 12]);
  const at = (id: string): string => path.join(data, id);
  const whole = await fs.readFile(at('b/001.png'));
  await fs.writeFile(at('b/001.png'), 'no image');
  await train(tinyTraining({ data, out, steps: 3 }));

  const more = (steps: number) => train(tinyTraining({ data, out, steps, resume: true }));
  const original = await fs.readFile(at('a/003.png'));
  await fs.copyFile(at('a/000.png'), at('a/003.png'));
  const files = async (): Promise<Buffer[]> =>
    await Promise.all(
      ['config.json', 'images.json', 'metrics.arrows'].map((name) =>
        fs.readFile(path.join(out, name)),
      ),
    );
  const before = await files();
  await t.throwsAsync(async () => await more(6), {
    code: 'ERR_CONFIG',
    message: `\`${out}\` belongs to other images: \`a/003.png\` has other bytes than it had in \`${data}\` when this run was trained on it. Continue with the same images, or choose another folder.`,
  });
  t.deepEqual(await files(), before, 'refusing changes nothing');

  await fs.writeFile(at('a/003.png'), original);
  await fs.writeFile(at('b/001.png'), whole);
  t.is((await more(6)).steps, 6);
});

test('the images that were drawn by a step are those of the plans before it', async (t) => {
  const data = await temporaryFolder(t);
  await writeImageTree(data, [12, 12]);
  const dataset = await openDataset(data);
  const { signal } = new AbortController();
  const planned = { batchSize: 8, classesPerBatch: null, seed: 0 };
  const loss = { name: 'sincere', temperature: 0.1, anchors: 'all', positives: 'class' } as never;
  const { drawn, takeFingerprint } = trainingImages(dataset, { ...planned, loss }, signal);
  t.is((await takeFingerprint()).length, 24);
  const ids = Array.from({ length: dataset.count }, (_, position) => dataset.sample(position).id);
  const counts = await Promise.all([0, 1, 2, 3].map((steps) => drawn!(ids, steps)));
  t.deepEqual(
    counts.map((some) => some.length),
    [0, 8, 16, 24],
  );
});
