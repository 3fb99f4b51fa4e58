import test from 'ava';
import { flagSpelling } from '../../../pipeline/command-line/flag-spelling.ts';
import { embedVerb } from '../../../pipeline/options/embed-options.ts';
import { plainSpelling, spelled } from '../../../pipeline/options/spelling.ts';

const keys = ['out', 'shard', 'resume'];

test('options in a text become flags, alone or several to be pasted together', (t) => {
  const flags = (text: string): string => spelled(text, keys, flagSpelling(embedVerb));
  t.is(flags('Give `out`, or `shard: 1/2`.'), 'Give `--out`, or `--shard 1/2`.');
  t.is(flags('`out: a b, shard: 1/2, resume: true`'), '`--out a b --shard 1/2 --resume`');
  t.is(flags('`out: a, b`'), '`--out a, b`', 'a comma may belong to a value');
  t.is(
    flags('`model: a`, `out: a, model: b` and `other`'),
    '`model: a`, `out: a, model: b` and `other`',
  );
});

test('in the library options stay as they are', (t) => {
  const text = 'Give `out`, `shard: 1/2` or `shard: 1/2, resume: true`.';
  t.is(spelled(text, keys, plainSpelling), text);
});
