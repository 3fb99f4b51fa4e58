import test from 'ava';
import { withoutIds } from '../../../datasets/subsets/without-ids.ts';
import { listedDataset } from '../../helpers/listed-dataset.ts';

test('images of listed ids are left out in order, classes stay, and ids that are not there are counted', (t) => {
  const whole = listedDataset([2, 1, 3]);
  const idsOf = (from: typeof whole): string[] =>
    Array.from({ length: from.count }, (_, at) => from.sample(at).id);
  const ids = idsOf(whole);
  const part = withoutIds(whole, new Set([ids[4]!, ids[2]!, 'elsewhere']));
  t.deepEqual(
    idsOf(part),
    ids.filter((_, at) => at !== 2 && at !== 4),
  );
  // The second class has lost its only image.
  t.deepEqual(part.classes, whole.classes);
  t.not(part.hash, whole.hash);
  t.is(
    part.notes?.at(-1)?.text,
    '`exclude` leaves out 2 of 6 images; 1 id that it lists are not there',
  );
});

test('a list without ids leaves all and is told; one of no image or of every image is refused', (t) => {
  const whole = listedDataset([2, 1]);
  const same = withoutIds(whole, new Set());
  t.is(same.hash, whole.hash);
  t.regex(same.notes?.at(-1)?.text ?? '', /lists no id/u);
  t.throws(() => withoutIds(whole, new Set(['a.jpg'])), {
    code: 'ERR_DATASET',
    message: /^No id of .* is among those of `exclude`, such as `a\.jpg`.*`FILE\?id=COLUMN`$/u,
  });
  const ids = Array.from({ length: 3 }, (_, at) => whole.sample(at).id);
  t.throws(() => withoutIds(whole, new Set(ids)), { message: /every image/u });
});
