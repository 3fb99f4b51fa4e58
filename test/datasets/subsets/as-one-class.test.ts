import test from 'ava';
import { asOneClass } from '../../../datasets/subsets/as-one-class.ts';
import { listedDataset } from '../../helpers/listed-dataset.ts';

test('every image is of one class, and is itself otherwise', async (t) => {
  const labelled = listedDataset([2, 3]);
  const unknown = {
    ...labelled,
    sample: (at: number) => ({ ...labelled.sample(at), label: at === 4 ? null : 0 }),
  };
  const one = asOneClass(unknown);
  t.deepEqual(one.classes, ['images']);
  t.is(one.count, 5);
  for (let at = 0; at < 5; at += 1) {
    t.deepEqual(one.sample(at), { id: labelled.sample(at).id, label: 0 });
  }
  t.not(one.hash, labelled.hash);
  t.is(one.hash, asOneClass(unknown).hash);
  t.throws(() => one.sample(5), { instanceOf: RangeError });
});
