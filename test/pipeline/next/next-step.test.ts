import test from 'ava';
import { nextLines, nextStep } from '../../../pipeline/next/next-step.ts';
import { trainVerb } from '../../../pipeline/options/train-options.ts';

test('three steps are told at most, each with what it is for, and none under no heading', (t) => {
  const step = (about: string) => nextStep(about, trainVerb, { data: 'my photos', out: about });
  const lines = nextLines(
    [undefined, step('a'), step('b'), undefined, step('c'), step('d')],
    'npx x',
  );
  t.deepEqual(lines, [
    '',
    'next:',
    ...['a', 'b', 'c'].flatMap((about) => [
      `  ${about}`,
      `    npx x train 'my photos' --out ${about}`,
    ]),
  ]);
  t.deepEqual(nextLines([undefined], 'sincere'), []);
});

test('secrets in an address are left out of a command, which says so', (t) => {
  const data = 'https://me:pw@example.org/a.tar?X-Amz-Signature=1&v=2';
  const step = nextStep('train on it', trainVerb, { data, out: 'a' });
  t.deepEqual(step, {
    about: 'train on it, with the secrets of the address',
    words: ['train', 'https://example.org/a.tar?v=2', '--out', 'a'],
  });
});
