import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { normalisations } from '../../operators/image/view-recipe.ts';
import { initialWeights } from '../../operators/model/initial-weights.ts';
import { headNames, weightShapes } from '../../operators/model/weight-shapes.ts';
import type { NamedTensor, TrainerState, Weights } from '../../operators/types.ts';
import type { EncoderSpec } from '../../operators/model/encoder-spec.ts';
import { hashTensors } from '../../outputs/run/checkpoints.ts';
import { readRun } from '../../outputs/run/read-run.ts';
import { writeSafetensors } from '../../outputs/run/write-safetensors.ts';
import { openPretrained } from '../../pipeline/parts/open-pretrained.ts';
import type { TrainOptions } from '../../pipeline/options/train-options.ts';
import { train } from '../../pipeline/train.ts';
import { formulaWeights } from '../helpers/formula-weights.ts';
import { tinyTraining } from '../helpers/pipeline-options.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { notesOf } from '../helpers/told.ts';

const data = 'synthetic:shapes?classes=3&count=24&size=8';
const spec: EncoderSpec = { architecture: 'resnet8', head: 'mlp', projectionSize: 128 };

async function trained(options: TrainOptions): Promise<readonly string[]> {
  return await notesOf(train(options));
}

const tiny = (out: string, changes: Partial<TrainOptions> = {}): TrainOptions =>
  tinyTraining({ data, out, steps: 2, ...changes });

async function stateOf(run: string): Promise<TrainerState> {
  return (await readRun(run)).checkpoint;
}

/** As torchvision saves them: a classifier in the place of our head. */
async function torchvisionFile(
  t: ExecutionContext,
  change: (tensors: Map<string, NamedTensor>) => void = () => undefined,
): Promise<{ readonly file: string; readonly folder: string; readonly tensors: Weights }> {
  const folder = await temporaryFolder(t);
  const file = path.join(folder, 'resnet8.safetensors');
  const head = headNames(spec);
  const tensors = new Map([...formulaWeights(spec)].filter(([name]) => !head.has(name)));
  tensors.set('fc.weight', { shape: [10, 64], data: new Float32Array(640) });
  tensors.set('fc.bias', { shape: [10], data: new Float32Array(10) });
  change(tensors);
  await writeSafetensors(file, tensors);
  return { file, folder, tensors };
}

test('a run starts from a file with the names of torchvision, with a new head', async (t) => {
  const { file, folder, tensors } = await torchvisionFile(t);
  const out = path.join(folder, 'run');
  // Without a step the checkpoint is what the run started from.
  const notes = await trained(tiny(out, { init: file, steps: 0 }));
  t.true(notes.some((note) => /^starting from \d+ tensors of `.*`, with a new head$/u.test(note)));
  const { weights } = await stateOf(out);
  t.deepEqual([...weights.keys()], [...weightShapes(spec).keys()]);
  const head = headNames(spec);
  for (const [name, { data }] of weights) {
    if (!head.has(name)) t.deepEqual(data, tensors.get(name)!.data, name);
  }
  const { config } = await readRun(out);
  t.like(config, { recipe: normalisations.imagenet, headRate: 1 });
  const taken = new Map([...tensors].filter(([name]) => !name.startsWith('fc.')));
  t.is(
    config['initialWeights'],
    hashTensors(
      new Map(
        [...weights].flatMap(([name]) => {
          const tensor = taken.get(name);
          return tensor === undefined ? [] : [[name, tensor] as const];
        }),
      ),
    ),
  );
});

test('a run starts from another run, with its head where that fits', async (t) => {
  t.timeout(120_000);
  const folder = await temporaryFolder(t);
  const first = path.join(folder, 'first');
  await trained(tiny(first));
  const { weights } = await stateOf(first);

  const again = path.join(folder, 'again');
  const notes = await trained(tiny(again, { init: first, steps: 0 }));
  t.true(notes.some((note) => note.endsWith('with its head')));
  t.deepEqual(hashTensors((await stateOf(again)).weights), hashTensors(weights));

  // A classifier has another head; frozen below it, only that is trained.
  const classifier = path.join(folder, 'classifier');
  const options = { init: first, loss: 'cross-entropy', freeze: 'encoder', steps: 2 } as const;
  const others = await trained(tiny(classifier, options));
  t.true(others.some((note) => note.endsWith('with a new head')));
  const { weights: frozen } = await stateOf(classifier);
  t.true(frozen.has('fc.weight'));
  for (const [name, { data }] of frozen) {
    if (!name.startsWith('fc.')) t.deepEqual(data, weights.get(name)!.data, name);
  }
  t.like((await readRun(classifier)).config, { freeze: 'encoder' });
  // Another start is another run.
  const { file } = await torchvisionFile(t);
  await t.throwsAsync(trained(tiny(classifier, { ...options, init: file, resume: true })), {
    code: 'ERR_CONFIG',
    message: /`init`: /u,
  });
});

test('weights that are given to `train` can be given again', async (t) => {
  const weights = initialWeights(spec, 7);
  const normalisation = { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] } as const;
  const start = { weights, hash: hashTensors(weights), normalisation, headRate: 1 };
  await train(tiny(path.join(await temporaryFolder(t), 'run')), start);
  t.is(hashTensors(weights), start.hash);
});

test('a run is not started from a run of another network', async (t) => {
  const folder = await temporaryFolder(t);
  const first = path.join(folder, 'first');
  await trained(tiny(first, { steps: 0, stem: 'imagenet', imageSize: 16 }));
  t.deepEqual((await readRun(first)).config['encoder'], {
    architecture: 'resnet8',
    stem: 'imagenet',
    head: 'mlp',
    projectionSize: 128,
  });
  await t.throwsAsync(openPretrained(first, spec), {
    code: 'ERR_CONFIG',
    message:
      /to have trained `resnet8` with the `cifar` stem.*`encoder: resnet8`, `stem: imagenet`/u,
  });
  await t.throwsAsync(openPretrained(first, { ...spec, stem: 'imagenet', width: 2 }), {
    code: 'ERR_CONFIG',
    message:
      /to have trained .* stem and 2 times the channels, .*`stem: imagenet`, `width: 1` to go on/u,
  });
  const checkpoint = path.join(first, 'checkpoints', 'step-00000000.safetensors');
  await t.throwsAsync(openPretrained(checkpoint, { ...spec, stem: 'imagenet' }), {
    code: 'ERR_CONFIG',
    message: /is a checkpoint .*give the run folder that it is from/u,
  });
});

const other = { shape: [3], data: new Float32Array(3) };
for (const [title, change, message] of [
  [
    'lacks a tensor',
    (tensors) => tensors.delete('layer2.0.bn1.running_var'),
    /to hold `layer2\.0\.bn1\.running_var` of `resnet8` .*`conv1\.weight`: give the `encoder`/u,
  ],
  [
    'has a tensor too many',
    (tensors) => tensors.set('layer1.1.conv1.weight', other),
    /holds `layer1\.1\.conv1\.weight`, which `resnet8` .* lacks/u,
  ],
  [
    'has a tensor of another shape',
    (tensors) => tensors.set('layer1.0.bn1.bias', other),
    /`layer1\.0\.bn1\.bias` in `.*` to have the shape `\[16\]`, got `\[3\]`: is it of another/u,
  ],
  [
    'has another stem',
    (tensors) =>
      tensors.set('conv1.weight', { shape: [16, 3, 7, 7], data: new Float32Array(16 * 3 * 49) }),
    /`conv1\.weight` .* got `\[16, 3, 7, 7\]`: give `stem: imagenet`/u,
  ],
] as const satisfies readonly (readonly [
  string,
  (tensors: Map<string, NamedTensor>) => void,
  RegExp,
])[]) {
  test(`refuses a file that ${title}`, async (t) => {
    const { file } = await torchvisionFile(t, change);
    await t.throwsAsync(openPretrained(file, spec), { code: 'ERR_SHAPE', message });
  });
}

test('half a head is none', async (t) => {
  const { file } = await torchvisionFile(t, (tensors) => {
    tensors.set('head.0.weight', { shape: [64, 64], data: new Float32Array(64 * 64) });
  });
  const { start } = await openPretrained(file, spec);
  t.false(start.weights.has('head.0.weight'));
});
