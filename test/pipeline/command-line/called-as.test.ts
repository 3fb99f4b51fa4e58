import path from 'node:path';
import test from 'ava';
import { asCalled, calledAs } from '../../../pipeline/command-line/called-as.ts';

const checkout = path.resolve('pipeline/sincere.cjs');
const local = '/home/ada/birds/node_modules/.bin/sincere';

test('hints begin with the words by which the command was called', (t) => {
  const words = (file: string, env: Readonly<Record<string, string>> = {}): string =>
    calledAs({ argv: ['node', file], env });
  t.is(words('/usr/local/bin/sincere'), 'sincere');
  t.is(words(checkout), 'node pipeline/sincere.cjs');
  t.is(words(checkout, { npm_lifecycle_event: 'sincere' }), 'npm run -s sincere --');
  t.is(words(checkout, { npm_lifecycle_event: 'start' }), 'npm run -s sincere --');
  t.is(words(local, { npm_lifecycle_event: 'npx' }), 'npx sincere-embeddings');
  // A script of the project that has it installed.
  t.is(words(local, { npm_lifecycle_event: 'embed' }), 'npx sincere-embeddings');
});

test('commands inside messages begin with them too', (t) => {
  const text = 'run `sincere setup tensorflow --cpu`, or `sincere doctor`; sincere is a word';
  t.is(
    asCalled(text, 'npx sincere-embeddings'),
    'run `npx sincere-embeddings setup tensorflow --cpu`, or `npx sincere-embeddings doctor`; sincere is a word',
  );
});
