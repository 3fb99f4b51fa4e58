import test from 'ava';
import { firstRows } from '../../../datasets/manifest/first-rows.ts';
import { packedStrings } from '../../../operators/packed-strings.ts';
import { seededRandom } from '../../../operators/random.ts';

test('the first row of each text is the one that a map of all texts knows', (t) => {
  const random = seededRandom('rows');
  const texts = Array.from({ length: 5000 }, () => `é/${random.below(1500)}`);
  const rows = firstRows(packedStrings(texts));
  const first = new Map<string, number>();
  for (const [row, text] of texts.entries()) {
    if (row % 3 === 0) continue;
    if (!first.has(text)) first.set(text, row);
    t.is(rows.add(row), first.get(text)!);
  }
  for (const [row, text] of texts.entries()) t.is(rows.has(row), first.has(text));
});
