import test from 'ava';
import { seededRandom } from '../../operators/random.ts';
import { stringColumn } from '../../operators/string-column.ts';

/** Of each length in UTF-8, with those around the surrogates. */
const characters = [
  'a',
  '~',
  '/',
  'é',
  '߿',
  'ࠀ',
  '\uD7FF',
  '\uE000',
  '\uFFFD',
  '\uFFFF',
  '😀',
  '\u{10FFFF}',
];

function randomTexts(count: number): string[] {
  const random = seededRandom('texts');
  return Array.from({ length: count }, () =>
    Array.from(
      { length: random.below(5) },
      () => characters[random.below(characters.length)]!,
    ).join(''),
  );
}

function columnOf(texts: readonly string[]) {
  const column = stringColumn();
  for (const text of texts) column.push(text);
  return column;
}

test('a column gives its strings back, whatever their sizes', (t) => {
  const texts = [...randomTexts(5000), 'x'.repeat(3_000_000), '', 'é'.repeat(600_000), 'end'];
  const column = columnOf(texts);
  t.is(column.length, texts.length);
  t.deepEqual([...column], texts);
  t.is(column.at(5000).length, 3_000_000);
});

test('the order of a column is that of its strings sorted without a comparator', (t) => {
  for (const texts of [randomTexts(5000), randomTexts(500).sort(), []]) {
    const column = columnOf(texts);
    const packed = column.packed(column.order());
    t.deepEqual([...packed], texts.toSorted());
  }
});

test('strings compare as equal where they are', (t) => {
  const column = columnOf(['n/1.jpg', 'n/1.jpg', 'n/1.jp', '']);
  t.is(column.compare(0, 1), 0);
  t.true(column.compare(0, 2) > 0);
  t.true(column.compare(3, 2) < 0);
});
