import test from 'ava';
import { foundVersions } from '../../../datasets/records/found-versions.ts';

test('what was found of many objects is given again, and nothing of others', (t) => {
  const count = 3000;
  const found = foundVersions(count);
  const of = (position: number) => ({
    bytes: position * 2 ** 21,
    version: `"é ${'x'.repeat(position % 97)}${position}"`,
  });
  const order = Array.from({ length: count }, (_, at) => (at * 7) % count);
  t.is(found.get(0), undefined);
  for (const position of order) if (position % 3 > 0) found.set(position, of(position));
  found.set(7, { bytes: 1, version: 'another' });
  for (const position of order) {
    const expected = position === 7 ? { bytes: 1, version: 'another' } : of(position);
    t.deepEqual(found.get(position), position % 3 > 0 ? expected : undefined);
  }
  t.throws(() => found.set(1, { bytes: 1, version: '' }), { instanceOf: TypeError });
});
