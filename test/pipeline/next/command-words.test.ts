import test from 'ava';
import { Command } from 'commander';
import fc from 'fast-check';
import { addVerb } from '../../../pipeline/command-line/add-verb.ts';
import { commandWords, type GivenOptions } from '../../../pipeline/next/command-words.ts';
import { type EmbedOptions, embedVerb } from '../../../pipeline/options/embed-options.ts';
import { evaluateVerb } from '../../../pipeline/options/evaluate-options.ts';
import { compareVerb } from '../../../pipeline/options/compare-options.ts';
import { trainVerb } from '../../../pipeline/options/train-options.ts';
import { type Resolved, resolveOptions, type Verb } from '../../../pipeline/options/verb.ts';

/** The options that a command line gives to a verb. */
async function optionsOf<T>(verb: Verb<T>, words: readonly string[]): Promise<Resolved<T>> {
  let got: Resolved<T> | undefined;
  const program = new Command('sincere').exitOverride();
  addVerb(program, verb, async (options) => {
    got = options;
  });
  await program.parseAsync([...words], { from: 'user' });
  return got!;
}

const word = fc.oneof(
  fc.string({ minLength: 1, maxLength: 8 }).filter((text) => !text.includes('\0')),
  fc.constantFrom('-', '--', '-x', '--out', "it's", 'a b', '12', 'é\n', '$HOME'),
);
const name = word.filter((text) => !/[/\\]/u.test(text) && text !== '..');
const maybe = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(one, { nil: null });

const embedding: fc.Arbitrary<GivenOptions<EmbedOptions>> = fc.record({
  data: word,
  model: word,
  out: word,
  split: maybe(name),
  checkpoint: maybe(fc.constantFrom('best' as const, 'last' as const, 7)),
  holdOut: fc.constantFrom(0.1, 1e-7),
  heldOut: fc.boolean(),
  classes: maybe(fc.uniqueArray(word, { minLength: 1, maxLength: 3 })),
  columns: maybe(fc.record({ image: word, label: word })),
  seed: fc.nat(),
  limit: maybe(fc.integer({ min: 1, max: 9 })),
});

test('a command line gives the options that it is made of, whatever is in them', async (t) => {
  let written = 0;
  await fc.assert(
    fc.asyncProperty(embedding, async (given) => {
      const words = commandWords(embedVerb, given);
      if (words === undefined) return;
      written += 1;
      t.deepEqual(await optionsOf(embedVerb, words), resolveOptions(embedVerb, { ...given }));
    }),
    { seed: 22, numRuns: 200 },
  );
  t.true(written > 100, `${written}`);
});

test('what a command line cannot say makes no command', (t) => {
  const run = { data: 'a', model: 'b', out: 'c' };
  t.is(commandWords(embedVerb, { ...run, classes: ['salt, pepper'] }), undefined);
  t.is(commandWords(embedVerb, { ...run, classes: [' a'] }), undefined);
  t.is(commandWords(embedVerb, { ...run, columns: { image: 'a,b' } }), undefined);
  const augmentation = { preset: 'plain' } as const;
  t.is(commandWords(trainVerb, { data: 'a', out: 'c', augmentation }), undefined);
});

test('what is as by default is not said, and options stand in the order in which they are given', async (t) => {
  const plain = {
    data: 'photos',
    out: 'runs/a',
    loss: 'sincere',
    epochs: 20,
    steps: null,
  } as const;
  t.deepEqual(commandWords(trainVerb, plain), [
    'train',
    'photos',
    '--out',
    'runs/a',
    '--epochs',
    '20',
  ]);
  const sets = { train: 'a', test: 'b', out: 'c', k: [1, 10] };
  const words = commandWords(evaluateVerb, sets)!;
  t.deepEqual(words.slice(-2), ['--k', '1,10']);
  t.like(await optionsOf(evaluateVerb, words), sets);
  const evaluations = ['a,b', 'c,d'];
  t.like(await optionsOf(compareVerb, commandWords(compareVerb, { evaluations })!), {
    evaluations,
  });
});

test('an option that a verb does not have is a mistake of ours', (t) => {
  t.throws(() => commandWords(compareVerb, { data: 'a' } as never), { instanceOf: TypeError });
});
