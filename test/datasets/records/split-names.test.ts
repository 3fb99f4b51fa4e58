import test from 'ava';
import { type SplitKind, splitKind } from '../../../datasets/records/split-names.ts';

const names: Readonly<Record<SplitKind, readonly string[]>> = {
  train: ['train', 'TRAIN', 'Training', 'training_set', 'seg_train', 'train2017', 'images-train'],
  validation: [
    'val',
    'Valid',
    'validation',
    'dev',
    'eval',
    'hold-out',
    'val_images',
    'dataset.val',
  ],
  test: ['test', 'Testing', 'test set', 'TestData', 'tst'],
};

test('a split is known by its name, whatever its case and the usual words beside it', (t) => {
  for (const [kind, spellings] of Object.entries(names)) {
    for (const name of spellings) t.is(splitKind(name), kind as SplitKind, name);
  }
});

test('other names are none of a split', (t) => {
  for (const name of [
    'trains',
    'test1',
    'contest',
    'valley',
    'device',
    'images',
    'data',
    '',
    '猫',
  ]) {
    t.is(splitKind(name), undefined, name);
  }
});
