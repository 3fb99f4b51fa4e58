import test from 'ava';
import { deadlineIn } from './deadline.ts';

test('a part gets its share, then what is left, then nothing', (t) => {
  let now = 5000;
  const deadline = deadlineIn(10, () => now);
  t.deepEqual([deadline.spent(), deadline.left(), deadline.share(4)], [0, 10_000, 4000]);
  now += 7000;
  t.deepEqual([deadline.spent(), deadline.left(), deadline.share(4)], [7, 3000, 3000]);
  t.is(deadline.share(4, 3.5), 0);
  now += 9000;
  t.deepEqual([deadline.left(), deadline.share(4)], [0, 0]);
});
