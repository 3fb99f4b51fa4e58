import fs from 'node:fs/promises';
import test from 'ava';
import { lossNames } from '../../../operators/loss/losses.ts';
import { flagSpelling } from '../../../pipeline/command-line/flag-spelling.ts';
import { commands } from '../../../pipeline/commands/commands.ts';
import { lossVerb } from '../../../pipeline/options/loss-options.ts';
import { evaluateVerb } from '../../../pipeline/options/evaluate-options.ts';
import { embedVerb } from '../../../pipeline/options/embed-options.ts';
import { trainVerb, type TrainOptions } from '../../../pipeline/options/train-options.ts';
import { UsageError } from '../../../pipeline/options/usage-error.ts';
import { type Resolved, resolveOptions } from '../../../pipeline/options/verb.ts';
import { project } from '../../helpers/project.ts';

const needed = { data: 'photos', out: 'runs/a' };
const train = (given: Readonly<Record<string, unknown>> = {}): Resolved<TrainOptions> =>
  resolveOptions(trainVerb, { ...needed, ...given });

test('defaults complete what was given', (t) => {
  t.like(train(), { ...needed, loss: 'sincere', batchSize: 256, temperature: 0.1, split: null });
  t.like(train({ loss: 'supcon', batchSize: 32 }), { loss: 'supcon', batchSize: 32 });
  t.is(resolveOptions(evaluateVerb, { train: 'a', test: 'b', out: 'c' }).rankings, 10_000);
});

test('resolved options survive JSON, and resolving again', (t) => {
  const options = train({ limit: 3 });
  t.deepEqual(JSON.parse(JSON.stringify(options)), options);
  t.deepEqual(train(options as unknown as Record<string, unknown>), options);
});

test('undefined counts as not given', (t) => {
  t.is(train({ seed: undefined }).seed, 0);
});

test('a run has epochs or steps', (t) => {
  t.like(train(), { epochs: 100, steps: null });
  t.like(train({ epochs: 3 }), { epochs: 3, steps: null });
  t.like(train({ steps: 7 }), { epochs: null, steps: 7 });
  t.throws(() => train({ epochs: 3, steps: 7 }), {
    instanceOf: UsageError,
    message: 'Expected `steps` to be absent when `epochs` is given, got `7`',
  });
});

const refused = test.macro({
  title: (_, given: object) => `refuses ${JSON.stringify(given)}`,
  exec(t, given: Readonly<Record<string, unknown>>, message: string) {
    t.throws(() => train(given), { instanceOf: UsageError, message });
  },
});

test('any network takes any stem, and freezes the stages that it has', (t) => {
  t.like(train(), { encoder: 'resnet8', stem: 'cifar', init: null, freeze: null });
  t.like(train({ encoder: 'resnet101', stem: 'imagenet', freeze: 'layer4' }), { freeze: 'layer4' });
  t.throws(() => train({ freeze: 'layer4' }), {
    instanceOf: UsageError,
    message: /^Expected `freeze` to be a part that the `encoder` has: .* got `layer4`$/u,
  });
});

test(refused, { data: undefined }, 'Expected `data` to be a path, got nothing');
test(refused, { out: '' }, 'Expected `out` to be a path, got ``');
test(refused, { batchSize: 1 }, 'Expected `batchSize` to be an integer of at least 2, got `1`');
test(refused, { seed: 0.5 }, 'Expected `seed` to be an integer of at least 0, got `0.5`');
test(
  refused,
  { seed: '7' },
  'Expected `seed` to be an integer of at least 0, got the text `7`: leave out the quotes',
);
test(refused, { temperature: 0 }, 'Expected `temperature` to be a number above 0, got `0`');
test(
  refused,
  { epsilon: 0.5 },
  'Expected `epsilon` to be absent unless `loss` is `eps-sup-infonce`, got `0.5`',
);
test(
  refused,
  { classes: ['a', 'a'] },
  'Expected `classes` to be different names of classes, such as `cat,dog`, got `["a","a"]`',
);
test(
  refused,
  { classes: ['a'], excludeClasses: ['b'] },
  'Expected `excludeClasses` to be absent when `classes` is given, got `["b"]`',
);
test(
  refused,
  { loss: 'infonce', positives: 'class' },
  'Expected `positives` to be `image` or absent with `loss: infonce`, got `class`',
);
test(
  refused,
  { loss: 'infonce', views: 1 },
  'Expected `views` to be at least 2 when views of one image are the positives, got `1`',
);
test(
  refused,
  { loss: 'infonce', classesPerBatch: 4 },
  'Expected `classesPerBatch` to be absent when views of one image are the positives, because classes play no part then, got `4`',
);
test(
  refused,
  { microBatch: 100 },
  'Expected `microBatch` to be a divisor of `batchSize`, got `100`',
);
test(refused, { clipNorm: 0 }, 'Expected `clipNorm` to be a number above 0, got `0`');
test(
  refused,
  { momentum: 1 },
  'Expected `momentum` to be a number of at least 0 and below 1, got `1`',
);
test(
  refused,
  { maxInvalid: 2 },
  'Expected `maxInvalid` to be a number of at least 0 and at most 1, got `2`',
);
test(
  refused,
  { loss: 'supcom' },
  `Expected \`loss\` to be ${lossNames.map((name) => `\`${name}\``).join(', ')} or \`cross-entropy\`, got \`supcom\`; did you mean \`supcon\`?`,
);
test(
  refused,
  { classesPerBatch: 9, batchSize: 8 },
  'Expected `classesPerBatch` to be at most `batchSize`, got `9`',
);
test(refused, { batchsize: 8 }, '`train` has no option `batchsize`; did you mean `batchSize`?');
test(refused, { resume: 'yes' }, 'Expected `resume` to be `true` or `false`, got `yes`');

test('names everything that is wrong at once', (t) => {
  const error = t.throws(() => train({ seed: -1, views: 0, lr: 1 }), { instanceOf: UsageError });
  t.is(error.message.split('\n').length, 3);
});

test('an unknown option that resembles none is answered with the list', (t) => {
  const error = t.throws(() => train({ dropout: 1 }), { instanceOf: UsageError });
  t.regex(error.message, /has no option `dropout`; it has data, split, columns/);
});

test('numbers of neighbours are integers, each once', (t) => {
  for (const k of [[], [0], [1, 1], ['x']]) {
    t.throws(() => resolveOptions(evaluateVerb, { train: 'a', test: 'b', out: 'c', k }), {
      instanceOf: UsageError,
      message: /Expected `k` to be different integers of at least 1/,
    });
  }
});

test('a loss over an export has defaults, and a margin only where there is one', (t) => {
  const loss = (given: object) => resolveOptions(lossVerb, { embeddings: 'a', ...given });
  t.deepEqual(loss({}), {
    embeddings: 'a',
    loss: 'sincere',
    temperature: 0.1,
    epsilon: null,
    exclude: null,
    layer: null,
    normalize: false,
    gradient: null,
    engine: 'auto',
    device: 'auto',
    threads: null,
  });
  t.is(loss({ loss: 'eps-sup-infonce', epsilon: 0 }).epsilon, 0);
  t.throws(() => loss({ loss: 'dcl', epsilon: 0.5 }), {
    instanceOf: UsageError,
    message: 'Expected `epsilon` to be absent unless `loss` is `eps-sup-infonce`, got `0.5`',
  });
  // Views of one image are one row of an export.
  t.throws(() => loss({ loss: 'infonce' }), {
    instanceOf: UsageError,
    message: /^Expected `loss` to be `sincere`, .*, got `infonce`/,
  });
});

test('what has another name now is refused with that name', (t) => {
  t.throws(() => train({ recipe: 'plain' }), {
    instanceOf: UsageError,
    message: '`train` has no option `recipe` any more: it is called `augmentation` now',
  });
  const flags = flagSpelling(embedVerb);
  t.throws(() => resolveOptions(embedVerb, { ...needed, model: 'm', window: 2 }, flags), {
    message: '`embed` has no option `--window` any more: it is called `--prefetch` now',
  });
});

test('the command line writes options as flags, also in rules between them', (t) => {
  const given = { ...needed, epochs: 3, steps: 7 };
  t.throws(() => resolveOptions(trainVerb, given, flagSpelling(trainVerb)), {
    message: 'Expected `--steps` to be absent when `--epochs` is given, got `7`',
  });
  t.throws(() => resolveOptions(trainVerb, { out: 'a' }, flagSpelling(trainVerb)), {
    message: 'Expected `DATA` to be a path, got nothing',
  });
  t.throws(
    () =>
      resolveOptions(
        trainVerb,
        { ...needed, loss: 'infonce', positives: 'class' },
        flagSpelling(trainVerb),
      ),
    { message: /to be `image` or absent with `--loss infonce`/u },
  );
});

for (const { verb } of commands) {
  test(`${verb.name}: every option stands under one heading, with a flag and a sentence of its own`, (t) => {
    const flags = verb.fields.map((field) => field.flag);
    t.is(new Set(flags).size, flags.length);
    for (const { about, key } of verb.fields) t.regex(about, /^.+\.$/u, key);
    // Every option of the schema is there: what it lacks is told for each, and nothing else is known.
    const lacking = verb.schema.safeParse({ '': 0 }).error?.issues ?? [];
    t.true(
      lacking.every(
        ({ path: [key] }) => key === undefined || verb.fields.some((one) => one.key === key),
      ),
    );
    for (const name of Object.values(verb.renamed))
      t.true(verb.fields.some(({ key }) => key === name));
  });

  test(`${verb.name}: its type says what its help says, with the same defaults`, async (t) => {
    const docs = await optionDocs();
    for (const { key, about, required, inherits, defaultValue } of verb.fields) {
      const found = docs.get(`${typeName(verb.name)}.${key}`);
      t.truthy(found, `${key} is documented`);
      t.is(found?.sentence, about, key);
      t.is(found?.optional, !required || inherits, key);
      const hasDefault = !required && defaultValue !== null;
      t.is(found?.defaultText, hasDefault ? JSON.stringify(defaultValue) : undefined, key);
    }
  });
}

interface OptionDoc {
  readonly sentence: string;
  readonly optional: boolean;
  /** As JSON. */
  readonly defaultText: string | undefined;
}

const typeName = (verb: string): string => `${verb[0]!.toUpperCase()}${verb.slice(1)}Options`;

/** What stands above each option in its interface, those of the interfaces that it extends included. */
async function optionDocs(): Promise<ReadonlyMap<string, OptionDoc>> {
  const folder = new URL('pipeline/options/', project);
  const own = new Map<
    string,
    { readonly docs: Map<string, OptionDoc>; readonly above: string[] }
  >();
  for (const file of await fs.readdir(folder)) {
    if (!file.endsWith('.ts')) continue;
    const text = await fs.readFile(new URL(file, folder), 'utf8');
    for (const [, name = '', above = '', body = ''] of text.matchAll(
      /export interface (\w+)(?:\s+extends\s+([^{]+))? \{\n(.*?)\n\}/gsu,
    )) {
      const docs = new Map<string, OptionDoc>();
      for (const [, doc = '', key = '', mark] of body.matchAll(
        /\/\*\*(.*?)\*\/\s+readonly (\w+)(\?)?:/gsu,
      )) {
        const words = doc.replaceAll(/\s*\n\s*\*\s?/gu, ' ').trim();
        const [sentence = '', defaultText] = words.split(' @default ');
        const json = defaultText?.replaceAll("'", '"').replaceAll(', ', ',');
        docs.set(key, { sentence, optional: mark === '?', defaultText: json });
      }
      const names = above.replaceAll(/Pick<(\w+),[^>]*>/gu, '$1').split(',');
      own.set(name, { docs, above: names.map((one) => one.trim()).filter(Boolean) });
    }
  }
  const all = (name: string): readonly (readonly [string, OptionDoc])[] => {
    const found = own.get(name);
    if (found === undefined) return [];
    return [...found.above.flatMap(all), ...found.docs];
  };
  return new Map(
    [...own.keys()].flatMap((name) =>
      all(name).map(([key, doc]) => [`${name}.${key}`, doc] as const),
    ),
  );
}
