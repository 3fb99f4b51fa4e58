import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { openDataset } from '../../../datasets/open-dataset.ts';
import type { Dataset } from '../../../operators/types.ts';
import type { TrainOptions } from '../../../pipeline/options/train-options.ts';
import { openTrainingData, type TrainingData } from '../../../pipeline/parts/open-training-data.ts';
import { writeImageTree } from '../../helpers/image-tree.ts';
import { tinyTraining } from '../../helpers/pipeline-options.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

const idsOf = (data: Dataset): string[] =>
  Array.from({ length: data.count }, (_, position) => data.sample(position).id);

/** What a run opens of a tree with the splits `train`, `val` and `other`, the last of other classes. */
async function opened(
  t: ExecutionContext,
  options: Partial<TrainOptions>,
): Promise<TrainingData & { readonly data: string; readonly notes: readonly string[] }> {
  const root = await temporaryFolder(t);
  const data = path.join(root, 'data');
  await writeImageTree(path.join(data, 'train'), [9, 7, 1]);
  await writeImageTree(path.join(data, 'val'), [4, 3]);
  await writeImageTree(path.join(data, 'other', 'x'), [2]);
  const notes: string[] = [];
  const resolved = tinyTraining({ data, out: path.join(root, 'run'), split: 'train', ...options });
  const found = await openTrainingData(resolved, new AbortController().signal, (text) => {
    notes.push(text);
  });
  return { ...found, data, notes };
}

test('a share is held out as `holdOut` does it, and limited as `limit` does', async (t) => {
  const { training, validation, data, notes } = await opened(t, {
    validate: 0.3,
    validateLimit: 2,
    limit: 4,
    seed: 5,
  });
  const part = { split: 'train', seed: 5, holdOut: 0.3 } as const;
  t.is(training.hash, (await openDataset(data, { ...part, limit: 4 })).hash);
  t.is(validation!.support.hash, (await openDataset(data, { ...part, limit: 2 })).hash);
  t.is(
    validation!.query.hash,
    (await openDataset(data, { ...part, heldOut: true, limit: 2 })).hash,
  );
  const trained = new Set(idsOf(training));
  t.true(idsOf(validation!.support).every((id) => trained.has(id)));
  t.false(idsOf(validation!.query).some((id) => trained.has(id)));
  t.true(notes.some((text) => text.startsWith('validating with 4 of 5 images that are held out')));
  t.true(
    notes.some((text) => text.includes('with a single image: `c`')),
    notes.join('\n'),
  );
  t.false(
    notes.some((text) => text.includes('heldOut')),
    'of options that nobody has given',
  );
});

test('another split is validated on whole, and all of the first is trained on', async (t) => {
  const { training, validation, data } = await opened(t, { validate: 'val' });
  t.is(training.hash, (await openDataset(data, { split: 'train' })).hash);
  t.is(validation!.query.hash, (await openDataset(data, { split: 'val' })).hash);
  t.is(validation!.support.hash, training.hash);
});

test('without `validate` there is none', async (t) => {
  t.is((await opened(t, {})).validation, null);
});

test('images that nothing could be measured on are refused', async (t) => {
  await t.throwsAsync(opened(t, { validate: 'other' }), {
    code: 'ERR_DATASET',
    message: /no image to validate on is of a class with images to train on/u,
  });
  const refusals: [Partial<TrainOptions>, RegExp][] = [
    [{ validate: 'train' }, /`validate` to be another split than `split`/u],
    [{ validate: 0.1, holdOut: 0.1 }, /`validate` to be the name of a split when `holdOut`/u],
    [{ validate: 1 }, /`validate` to be a share above 0 and below 1, or the name of a split/u],
    [{ patience: 3 }, /`patience` to be absent without `validate`/u],
    [{ validate: 0.1, best: 'accuracy' }, /`best` to be another measure/u],
  ];
  for (const [options, message] of refusals) await t.throwsAsync(opened(t, options), { message });
});
