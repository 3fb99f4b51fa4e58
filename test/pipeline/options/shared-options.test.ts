import test from 'ava';
import {
  demoVerb,
  doctorVerb,
  embedVerb,
  evaluateVerb,
  finalizeVerb,
  lossVerb,
  theoryVerb,
  trainVerb,
  transferVerb,
  type TrainOptions,
} from '../../../pipeline/options/shared-options.ts';
import { UsageError } from '../../../pipeline/options/usage-error.ts';
import { resolveOptions } from '../../../pipeline/options/verb.ts';

const needed = { data: 'photos', out: 'runs/a' };
const train = (given: Readonly<Record<string, unknown>> = {}): TrainOptions =>
  resolveOptions(trainVerb, { ...needed, ...given });

test('defaults complete what was given', (t) => {
  t.like(train(), { ...needed, loss: 'sincere', batchSize: 256, temperature: 0.1, split: null });
  t.like(train({ loss: 'supcon', batchSize: 32 }), { loss: 'supcon', batchSize: 32 });
  t.deepEqual(resolveOptions(evaluateVerb, { train: 'a', test: 'b', out: 'c' }).k, [1, 5]);
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
    message: 'Expected `--steps` to be absent when `--epochs` is given, got `7`',
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
    message: /^Expected `--freeze` to be a part that the `--encoder` has: .* got `layer4`$/u,
  });
});

test(refused, { data: undefined }, 'Expected `DATA` to be a path, got nothing');
test(refused, { out: '' }, 'Expected `--out` to be a path, got ``');
test(refused, { batchSize: 1 }, 'Expected `--batch-size` to be an integer of at least 2, got `1`');
test(refused, { seed: 0.5 }, 'Expected `--seed` to be an integer of at least 0, got `0.5`');
test(refused, { seed: '7' }, 'Expected `--seed` to be an integer of at least 0, got `7`');
test(refused, { temperature: 0 }, 'Expected `--temperature` to be a number above 0, got `0`');
test(
  refused,
  { epsilon: 0.5 },
  'Expected `--epsilon` to be absent unless `--loss` is `eps-sup-infonce`, got `0.5`',
);
test(
  refused,
  { classes: ['a', 'a'] },
  'Expected `--classes` to be different names of classes, such as `cat,dog`, got `["a","a"]`',
);
test(
  refused,
  { classes: ['a'], exceptClasses: ['b'] },
  'Expected `--except-classes` to be absent when `--classes` is given, got `["b"]`',
);
test(
  refused,
  { loss: 'infonce', positives: 'class' },
  'Expected `--positives` to be `image` or absent with `--loss infonce`, got `class`',
);
test(
  refused,
  { loss: 'infonce', views: 1 },
  'Expected `--views` to be at least 2 when views of one image are the positives, got `1`',
);
test(
  refused,
  { loss: 'infonce', classesPerBatch: 4 },
  'Expected `--classes-per-batch` to be absent when views of one image are the positives, because classes play no part then, got `4`',
);
test(
  refused,
  { microBatch: 100 },
  'Expected `--micro-batch` to be a divisor of `--batch-size`, got `100`',
);
test(refused, { clipNorm: 0 }, 'Expected `--clip-norm` to be a number above 0, got `0`');
test(
  refused,
  { momentum: 1 },
  'Expected `--momentum` to be a number of at least 0 and below 1, got `1`',
);
test(
  refused,
  { maxBadShare: 2 },
  'Expected `--max-bad-share` to be a number of at least 0 and at most 1, got `2`',
);
test(
  refused,
  { loss: 'supcom' },
  'Expected `--loss` to be `sincere`, `supcon`, `eps-sup-infonce`, `infonce`, `dcl` or `cross-entropy`, got `supcom`; did you mean `supcon`?',
);
test(
  refused,
  { classesPerBatch: 9, batchSize: 8 },
  'Expected `--classes-per-batch` to be at most `--batch-size`, got `9`',
);
test(refused, { batchsize: 8 }, '`train` has no option `batchsize`; did you mean `batchSize`?');
test(refused, { resume: 'yes' }, 'Expected `--resume` to be `true` or `false`, got `yes`');

test('names everything that is wrong at once', (t) => {
  const error = t.throws(() => train({ seed: -1, views: 0, lr: 1 }), { instanceOf: UsageError });
  t.is(error.message.split('\n').length, 3);
});

test('an unknown option that resembles none is answered with the list', (t) => {
  const error = t.throws(() => train({ dropout: 1 }), { instanceOf: UsageError });
  t.regex(error.message, /has no option `dropout`; it has data, out, split/);
});

test('numbers of neighbours are integers, each once', (t) => {
  for (const k of [[], [0], [1, 1], ['x']]) {
    t.throws(() => resolveOptions(evaluateVerb, { train: 'a', test: 'b', out: 'c', k }), {
      instanceOf: UsageError,
      message: /Expected `--k` to be different integers of at least 1/,
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
    layer: 'projection',
    normalize: false,
    gradient: null,
    engine: 'auto',
    device: 'auto',
    threads: null,
  });
  t.is(loss({ loss: 'eps-sup-infonce', epsilon: 0 }).epsilon, 0);
  t.throws(() => loss({ loss: 'dcl', epsilon: 0.5 }), {
    instanceOf: UsageError,
    message: 'Expected `--epsilon` to be absent unless `--loss` is `eps-sup-infonce`, got `0.5`',
  });
  // Views of one image are one row of an export.
  t.throws(() => loss({ loss: 'infonce' }), {
    instanceOf: UsageError,
    message: /^Expected `--loss` to be `sincere`, .* or `dcl`, got `infonce`/,
  });
});

test('every option has a flag of its own and a sentence of help', (t) => {
  for (const verb of [
    trainVerb,
    embedVerb,
    evaluateVerb,
    finalizeVerb,
    lossVerb,
    demoVerb,
    doctorVerb,
    theoryVerb,
    transferVerb,
  ]) {
    const flags = verb.fields.map((field) => field.flag);
    t.is(new Set(flags).size, flags.length);
    for (const { about, key } of verb.fields) t.regex(about, /^.+\.$/u, `${verb.name} ${key}`);
  }
});
