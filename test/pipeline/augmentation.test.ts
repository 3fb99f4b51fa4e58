import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { recipeKeyNames } from '../../operators/image/recipe-keys.ts';
import { presetNames } from '../../operators/image/recipe-presets.ts';
import { normalisations, viewRecipe } from '../../operators/image/view-recipe.ts';
import { flagSpelling } from '../../pipeline/command-line/flag-spelling.ts';
import { trainVerb, type TrainOptions } from '../../pipeline/options/train-options.ts';
import { transferVerb } from '../../pipeline/options/transfer-options.ts';
import { UsageError } from '../../pipeline/options/usage-error.ts';
import { type Resolved, resolveOptions } from '../../pipeline/options/verb.ts';
import { classWalks } from '../../operators/batches/class-walks.ts';
import { listedDataset } from '../helpers/listed-dataset.ts';
import { checkPositives } from '../../pipeline/parts/check-positives.ts';
import { viewsOf } from '../../pipeline/parts/run-config.ts';
import { train } from '../../pipeline/train.ts';
import { runCommandLine } from '../helpers/command-line.ts';
import { writeImageTree } from '../helpers/image-tree.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const resolved = (given: object): Resolved<TrainOptions> =>
  resolveOptions(trainVerb, { data: 'a', out: 'b', ...given });

test('an augmentation is a text or an object, and stays as it was given', (t) => {
  const object = { preset: 'simclr', crop: { scale: [0.2, 1] }, blur: null };
  t.is(resolved({}).augmentation, 'paper');
  t.is(resolved({ augmentation: 'simclr,blur=off' }).augmentation, 'simclr,blur=off');
  t.deepEqual(resolved({ augmentation: object }).augmentation as unknown, object);
  const options = { data: 'a', model: 'b', out: 'c', augmentation: 'paper,flip=off' } as const;
  const transfer = resolveOptions(transferVerb, options);
  t.is(transfer.augmentation, 'paper,flip=off');
});

test('what is wrong with it is told as any option, with the form that it has', (t) => {
  const refused = (augmentation: unknown): string => {
    const given = { data: 'a', out: 'b', augmentation };
    const resolve = (): unknown => resolveOptions(trainVerb, given, flagSpelling(trainVerb));
    return t.throws(resolve, { instanceOf: UsageError }).message;
  };
  t.is(
    refused('paper,blur=0.1'),
    'Expected `blur` of `--augmentation` to be LOW-HIGH@PROBABILITY, such as `blur=0.1-2@0.5`, or `blur=off`, got `0.1`',
  );
  t.regex(refused('papr'), /preset of `--augmentation` to be .*; did you mean `paper`\?$/u);
  t.regex(refused(0.5), /^Expected `--augmentation` to be a preset with parameters, .*got `0.5`$/u);
  t.regex(refused('paper,mixup=0.2'), /no loss of `train` takes labels that are mixed/u);
  // With other mistakes, each on a line of its own; rules between options are none of them.
  t.throws(() => resolved({ augmentation: 'papr', loss: 'infonce', views: 0 }), {
    message: /^Expected `views` to be an integer.*\nExpected the preset of `augmentation`[^\n]*$/u,
  });
});

test('local views come to `views`: in batches, and where two views of an image are asked for', (t) => {
  const recipe = viewRecipe('paper,local=6/0.05-0.2');
  t.is(viewsOf({ views: 2, recipe }), 8);
  t.is(viewsOf({ views: 2, recipe: viewRecipe('paper') }), 2);
  t.is(resolved({ loss: 'infonce', views: 1, augmentation: recipe.name }).views, 1);
  t.throws(() => resolved({ loss: 'infonce', views: 1 }), { message: /at least 2/u });
  const loss = { name: 'sincere', temperature: 0.1 } as const;
  const batch = { loss, views: 1, batchSize: 3, recipe };
  t.notThrows(() =>
    checkPositives(classWalks(listedDataset([5, 5, 5]), { batchSize: 3, seed: 0 }), batch, () =>
      t.fail(),
    ),
  );
});

test('help names presets and parameters', async (t) => {
  const { stdout } = await runCommandLine(['train', '--help']);
  const [, help = ''] = /--augmentation <PRESET\[,KEY=VALUE\]>(.*?)--\w/su.exec(stdout) ?? [];
  for (const word of [...presetNames, ...recipeKeyNames]) t.regex(help, new RegExp(word, 'u'));
});

test('a run keeps its augmentation: it goes on with it, another one takes it from its file', async (t) => {
  const root = await temporaryFolder(t);
  const data = path.join(root, 'data');
  await writeImageTree(data, [5, 5]);
  const augmentation = 'simclr,local=1/0.2-0.4,randaugment=1/9,std=0.3/0.3/0.3';
  const [out, whole, other] = ['out', 'whole', 'other'].map((name) => path.join(root, name));
  const tiny = { data, imageSize: 8, batchSize: 4, threads: 1, augmentation } as const;
  await train({ ...tiny, out: out!, steps: 1 });
  await train({ out: out!, resume: true, steps: 2 });
  await train({ ...tiny, out: whole!, steps: 1 });
  await train({ ...tiny, out: whole!, resume: true, steps: 2 });
  const read = async (...names: string[]): Promise<unknown> =>
    JSON.parse(await fs.readFile(path.join(...names), 'utf8'));
  const expected = {
    recipe: viewRecipe(augmentation, normalisations.neutral),
    // `local` has its own: what `views` says stays what it is in every other run.
    views: 2,
  };
  t.like(await read(out!, 'config.json'), {
    config: expected,
    options: { augmentation, views: 2 },
  });
  t.deepEqual(
    await fs.readFile(path.join(out!, 'encoder.onnx')),
    await fs.readFile(path.join(whole!, 'encoder.onnx')),
  );
  t.like(await read(out!, 'encoder.json'), { mean: [0.5, 0.5, 0.5], std: [0.3, 0.3, 0.3] });

  const more = ['--steps', '0', '--quiet'];
  const config = path.join(out!, 'config.json');
  const like = await runCommandLine(['train', '--config', config, '--out', other!, ...more]);
  t.is(like.exitCode, 0, like.stderr);
  t.like(await read(other!, 'config.json'), { config: expected });
  const changed = ['--augmentation', 'simclr', '--steps', '3'];
  const refused = await runCommandLine(['train', '--resume', '--out', out!, ...changed]);
  t.is(refused.exitCode, 1);
  t.regex(
    refused.stderr,
    /begun with other options: `--augmentation`: "simclr,local=.*" before, "simclr" now/u,
  );
});

test('an object of a configuration file is the text of the command line', async (t) => {
  const root = await temporaryFolder(t);
  const file = path.join(root, 'train.yaml');
  const yaml = (lines: string): Promise<void> =>
    fs.writeFile(file, `data: synthetic:shapes\nsteps: 0\n${lines}`);
  await yaml('augmentation:\n  preset: plain\n  blur: { probability: 1 }\n');
  const out = path.join(root, 'out');
  const ended = await runCommandLine(['train', '--config', file, '--out', out, '--quiet']);
  t.is(ended.exitCode, 0, ended.stderr);
  const { config } = JSON.parse(await fs.readFile(path.join(out, 'config.json'), 'utf8')) as {
    config: { recipe: unknown };
  };
  t.deepEqual(config.recipe, viewRecipe('plain,blur=0.1-2@1'));
  await yaml('augmentation: { preset: plain, blurr: {} }\n');
  const wrong = await runCommandLine(['train', '--config', file, '--out', out]);
  t.regex(wrong.stderr, /`augmentation` in `.*train\.yaml` has no `blurr`; did you mean `blur`\?/u);
});
