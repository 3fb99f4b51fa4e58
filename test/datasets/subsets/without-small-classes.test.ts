import test from 'ava';
import { withoutSmallClasses } from '../../../datasets/subsets/without-small-classes.ts';
import { listedDataset } from '../../helpers/listed-dataset.ts';

test('classes of fewer images are left out by name, and labels close up', (t) => {
  const part = withoutSmallClasses(listedDataset([2, 5, 4, 5]), 5);
  t.deepEqual(part.classes, ['class-00001', 'class-00003']);
  t.is(part.count, 10);
  t.deepEqual(
    new Set(Array.from({ length: 10 }, (_, at) => part.sample(at).label)),
    new Set([0, 1]),
  );
  t.is(
    part.notes?.at(-1)?.text,
    '`minPerClass: 5` leaves out 2 classes with fewer images (6 images in all): `class-00000`, `class-00002`',
  );
});

test('is the dataset itself when no class is too small', (t) => {
  const dataset = listedDataset([3, 4]);
  t.is(withoutSmallClasses(dataset, 3), dataset);
});

test('a dataset of which nothing is left is refused', (t) => {
  t.throws(() => withoutSmallClasses(listedDataset([3, 4]), 5), {
    code: 'ERR_DATASET',
    message: /a class of at least 5 images.*the largest has 4/u,
  });
  t.throws(() => withoutSmallClasses(listedDataset([3]), 0), { instanceOf: RangeError });
});
