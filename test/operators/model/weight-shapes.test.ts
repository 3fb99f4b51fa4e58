import test from 'ava';
import { embeddingSize, networkPlan } from '../../../operators/model/network-plan.ts';
import { parameterNames, weightShapes } from '../../../operators/model/weight-shapes.ts';
import type { EncoderSpec } from '../../../operators/model/encoder-spec.ts';

const mlp = { head: 'mlp', projectionSize: 128 } as const;

function parameterCount(spec: EncoderSpec, without: string): number {
  return [...weightShapes(spec)]
    .filter(([name, { role }]) => role === 'parameter' && !name.startsWith(without))
    .reduce((sum, [, { shape }]) => sum + shape.reduce((product, n) => product * n, 1), 0);
}

test('resnet8 has the names, order and shapes of a torchvision state dict', (t) => {
  const shapes = weightShapes({ architecture: 'resnet8', ...mlp });
  t.deepEqual([...shapes.keys()].slice(0, 11), [
    'conv1.weight',
    'bn1.weight',
    'bn1.bias',
    'bn1.running_mean',
    'bn1.running_var',
    'layer1.0.conv1.weight',
    'layer1.0.bn1.weight',
    'layer1.0.bn1.bias',
    'layer1.0.bn1.running_mean',
    'layer1.0.bn1.running_var',
    'layer1.0.conv2.weight',
  ]);
  t.deepEqual([...shapes.keys()].slice(-9), [
    'layer3.0.downsample.0.weight',
    'layer3.0.downsample.1.weight',
    'layer3.0.downsample.1.bias',
    'layer3.0.downsample.1.running_mean',
    'layer3.0.downsample.1.running_var',
    'head.0.weight',
    'head.0.bias',
    'head.2.weight',
    'head.2.bias',
  ]);
  t.deepEqual(shapes.get('conv1.weight'), { shape: [16, 3, 3, 3], role: 'parameter' });
  t.deepEqual(shapes.get('layer2.0.conv1.weight'), { shape: [32, 16, 3, 3], role: 'parameter' });
  t.deepEqual(shapes.get('layer2.0.downsample.0.weight')?.shape, [32, 16, 1, 1]);
  t.deepEqual(shapes.get('layer2.0.downsample.1.running_var'), { shape: [32], role: 'statistic' });
  t.deepEqual(shapes.get('head.2.weight')?.shape, [128, 64]);
  t.false(shapes.has('layer1.0.downsample.0.weight'));
});

test('a linear head is one layer', (t) => {
  const shapes = weightShapes({ architecture: 'resnet20', head: 'linear', projectionSize: 7 });
  t.deepEqual(
    [...shapes.keys()].filter((name) => name.startsWith('head')),
    ['head.weight', 'head.bias'],
  );
  t.deepEqual(shapes.get('head.weight')?.shape, [7, 64]);
});

test('resnet18 with the CIFAR stem has the 11,168,832 parameters of its PyTorch counterpart', (t) => {
  // 11,689,512 of torchvision's resnet18, without its classifier (513,000), and with a stem of 3 × 3 × 3
  // weights a channel instead of 7 × 7 × 3.
  const expected = 11_689_512 - 513_000 - 64 * 3 * (49 - 9);
  t.is(parameterCount({ architecture: 'resnet18', ...mlp }, 'head'), expected);
});

// Parameters of torchvision 0.14, counted there without `fc`.
for (const [architecture, expected] of [
  ['resnet18', 11_176_512],
  ['resnet34', 21_284_672],
  ['resnet50', 23_508_032],
  ['resnet101', 42_500_160],
] as const) {
  test(`${architecture} with the ImageNet stem has the ${expected} parameters of torchvision`, (t) => {
    t.is(parameterCount({ architecture, stem: 'imagenet', ...mlp }, 'head'), expected);
    // The CIFAR stem has 3 × 3 × 3 weights a channel instead of 7 × 7 × 3.
    const smaller = expected - 64 * 3 * (49 - 9);
    t.is(parameterCount({ architecture, stem: 'cifar', ...mlp }, 'head'), smaller);
  });
}

test('four times the width is sixteen times the weights of the blocks, and four times the embedding', (t) => {
  const spec = { architecture: 'resnet8', ...mlp } as const;
  const wide = { ...spec, width: 4 };
  const shapes = weightShapes(wide);
  for (const [name, { shape }] of weightShapes(spec)) {
    if (!/^layer.*(?:conv\d|downsample\.0)\.weight$/u.test(name)) continue;
    const [outputs, inputs, ...sides] = shape;
    t.deepEqual(shapes.get(name)?.shape, [4 * outputs!, 4 * inputs!, ...sides]);
  }
  t.is(embeddingSize(wide), 4 * embeddingSize(spec));
  t.deepEqual(networkPlan({ ...spec, width: 1 }), networkPlan(spec));
  t.throws(() => networkPlan({ ...spec, width: 0.5 }), {
    instanceOf: RangeError,
    message: /width/u,
  });
});

test('a network without a stem has that of CIFAR', (t) => {
  const spec = { architecture: 'resnet20', ...mlp } as const;
  t.deepEqual(networkPlan(spec), networkPlan({ ...spec, stem: 'cifar' }));
  t.false(networkPlan(spec).pooled);
});

test('a bottleneck halves the image in its second convolution', (t) => {
  const { blocks } = networkPlan({ architecture: 'resnet50', ...mlp });
  const { convolutions, shortcut } = blocks.find(({ stage }) => stage === 'layer2')!;
  t.deepEqual(
    convolutions.map(({ inputs, outputs, size, stride }) => [inputs, outputs, size, stride]),
    [
      [256, 128, 1, 1],
      [128, 128, 3, 2],
      [128, 512, 1, 1],
    ],
  );
  t.like(shortcut, { inputs: 256, outputs: 512, size: 1, stride: 2 });
});

test('resnet20 has the published 0.27 million parameters', (t) => {
  const count = parameterCount({ architecture: 'resnet20', ...mlp }, 'head');
  t.is(Math.round(count / 1e4), 27);
});

test('the embedding is as long as the last stage is wide', (t) => {
  t.is(embeddingSize({ architecture: 'resnet8', ...mlp }), 64);
  t.is(embeddingSize({ architecture: 'resnet20', ...mlp }), 64);
  t.is(embeddingSize({ architecture: 'resnet18', ...mlp }), 512);
  t.is(embeddingSize({ architecture: 'resnet34', ...mlp }), 512);
  t.is(embeddingSize({ architecture: 'resnet50', ...mlp }), 2048);
  t.is(embeddingSize({ architecture: 'resnet101', ...mlp }), 2048);
});

test('parameters leave out the running statistics and keep the order', (t) => {
  const spec = { architecture: 'resnet18', ...mlp } as const;
  t.deepEqual(
    parameterNames(spec),
    [...weightShapes(spec).keys()].filter((name) => !name.includes('running_')),
  );
});

test('refuses a projection of less than one number', (t) => {
  t.throws(() => networkPlan({ architecture: 'resnet8', head: 'mlp', projectionSize: 0 }), {
    instanceOf: RangeError,
    message: /`projectionSize` to be an integer of at least 1, got `0`/u,
  });
});
