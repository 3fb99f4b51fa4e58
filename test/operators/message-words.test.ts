import test from 'ava';
import {
  andMore,
  counted,
  cutText,
  eitherOf,
  listedName,
  plainLines,
  plainText,
  shownName,
} from '../../operators/message-words.ts';

test('one is counted as one, others as many', (t) => {
  t.is(counted(1, 'image'), '1 image');
  t.is(counted(0, 'image'), '0 images');
  t.is(counted(1234, 'class is', 'classes are'), '1,234 classes are');
  t.is(counted(1234), '1,234');
});

test('a list ends with what it does not name', (t) => {
  t.is(andMore(0), '');
  t.is(andMore(2000), ' and 2,000 more');
  t.deepEqual([['a'], ['a', 'b'], ['a', 'b', 'c']].map(eitherOf), ['a', 'a or b', 'a, b or c']);
});

test('a name with a comma, or with spaces around it, is quoted in a list with commas', (t) => {
  t.is(
    ['dog', 'red, green', ' x', '', 'a b'].map(listedName).join(', '),
    'dog, `red, green`, ` x`, ``, a b',
  );
});

test('a long text is cut between characters, and no shorter than it has to be', (t) => {
  t.is(cutText('abcd', 4), 'abcd');
  t.is(cutText('abcde', 4), 'abc…');
  t.is(cutText('🙂🙂🙂🙂', 4), '🙂🙂🙂🙂');
  t.is(cutText('🙂🙂🙂🙂🙂', 4), '🙂🙂🙂…');
  t.is(cutText('x'.repeat(1_000_000), 10), `${'x'.repeat(9)}…`);
});

test('a name stays on one line of a terminal', (t) => {
  t.is(shownName('a\nb\u202Ec'), '`a\\nb\\u202ec`');
});

test('lines keep their ends and tabs, and nothing else that a terminal obeys', (t) => {
  t.is(plainLines('a\tb\nc\u001B]0;title\u0007\r'), 'a\tb\nc\\u001b]0;title\\u0007\\r');
  t.is(plainText('a\tb\nc'), 'a\\tb\\nc');
});
