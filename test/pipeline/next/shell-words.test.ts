import { execFileSync } from 'node:child_process';
import test from 'ava';
import fc from 'fast-check';
import { plainText } from '../../../operators/message-words.ts';
import { shellWords } from '../../../pipeline/next/shell-words.ts';

test('a shell reads back the words, on one line, whatever is in them', (t) => {
  const odd = [
    '',
    ' ',
    "it's",
    "''",
    '$HOME',
    '`id`',
    String.raw`\n`,
    'a\nb',
    "\t'\\",
    '*',
    '#',
    '~',
    '!1',
    'é',
    '\u001B[1m7',
    'a\u202Egnp.exe',
    "\u0085\u2028'",
  ];
  const random = fc.sample(
    fc.string({ unit: 'binary', maxLength: 12 }).filter((text) => !text.includes('\0')),
    { seed: 22, numRuns: 300 },
  );
  const words = [...odd, ...random];
  const line = shellWords(words);
  // A terminal shows it as it is.
  t.is(plainText(line), line);
  const printed = execFileSync('bash', ['-c', String.raw`printf '%s\0' ${line}`], {
    encoding: 'utf8',
  });
  t.deepEqual(printed.split('\0').slice(0, -1), words);
});

test('plain words stay as they are', (t) => {
  t.is(shellWords(['train', 'photos/a-b_c.jpg', '--k=1,5']), 'train photos/a-b_c.jpg --k=1,5');
  t.is(shellWords(['a b', "o'neill"]), String.raw`'a b' 'o'\''neill'`);
});
