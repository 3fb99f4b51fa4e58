import test from 'ava';
import { textTable } from '../../../pipeline/command-line/text-table.ts';

test('columns stand one under another, numbers to the right', (t) => {
  t.deepEqual(
    textTable([
      ['class', 'n', 'accuracy'],
      ['cat', '1,000', '0.5'],
      ['dog', '20', '–'],
    ]),
    [
      'class      n  accuracy', //
      'cat    1,000       0.5',
      'dog       20         –',
    ],
  );
});

test('powers of ten are numbers', (t) => {
  t.deepEqual(textTable([['error'], ['1.5e-12'], ['0.5']]), ['  error', '1.5e-12', '    0.5']);
});

test('without a heading the first row counts as well', (t) => {
  t.deepEqual(
    textTable(
      [
        ['loss', '1.5'],
        ['share', '20 %'],
      ],
      { heading: false },
    ),
    ['loss    1.5', 'share  20 %'],
  );
  t.deepEqual(textTable([]), []);
});

test('what ids and names hold neither breaks a row nor reaches the terminal', (t) => {
  t.deepEqual(
    textTable([
      ['id', 'n'],
      ['a\nb', '1'],
      ['\u001B[31mred\u202E', '2'],
    ]),
    ['id                   n', 'a\\nb                 1', '\\u001b[31mred\\u202e  2'],
  );
});
