import test from 'ava';
import { presetNames } from '../../../operators/image/recipe-presets.ts';
import { shrinkTarget } from '../../../operators/image/shrink-target.ts';
import {
  checkViewRecipe,
  normalisations,
  viewRecipe,
  type ViewRecipe,
} from '../../../operators/image/view-recipe.ts';

test('recipes survive a trip through JSON', (t) => {
  for (const name of presetNames) {
    const recipe = viewRecipe(name, normalisations.cifar10);
    t.deepEqual(JSON.parse(JSON.stringify(recipe)), recipe);
    t.deepEqual(recipe.mean, [0.4914, 0.4822, 0.4465]);
  }
});

test('the normalisation is neutral unless it is given', (t) => {
  const { mean, std } = viewRecipe('paper');
  t.deepEqual({ mean, std }, normalisations.neutral);
});

test('a field out of range is named', (t) => {
  const paper = viewRecipe('paper');
  const jitter = paper.jitter!;
  const broken: readonly (readonly [string, Partial<ViewRecipe>])[] = [
    ['crop.scale', { crop: { scale: [0, 1], ratio: [1, 1] } }],
    ['crop.scale', { crop: { scale: [0.5, 0.4], ratio: [1, 1] } }],
    ['crop.scale', { crop: { scale: [0.5, 1.1], ratio: [1, 1] } }],
    ['crop.ratio', { crop: { scale: [0.5, 1], ratio: [-1, 1] } }],
    ['flip', { flip: 1.01 }],
    ['jitter.probability', { jitter: { ...jitter, probability: -0.1 } }],
    ['jitter.hue', { jitter: { ...jitter, hue: 0.6 } }],
    ['jitter.contrast', { jitter: { ...jitter, contrast: NaN } }],
    ['grayscale', { grayscale: 2 }],
    ['blur.probability', { blur: { probability: 2, sigma: [1, 2] } }],
    ['blur.sigma', { blur: { probability: 1, sigma: [0, 2] } }],
    ['solarize.probability', { solarize: { probability: -1, threshold: 0.5 } }],
    ['solarize.threshold', { solarize: { probability: 1, threshold: 1.5 } }],
    ['randAugment.operations', { randAugment: { operations: 1.5, magnitude: 9 } }],
    ['randAugment.magnitude', { randAugment: { operations: 2, magnitude: -1 } }],
    ['local.views', { local: { views: 0, scale: [0.1, 0.2] } }],
    ['local.scale', { local: { views: 1, scale: [0.1, 2] } }],
    ['mean', { mean: [0, Infinity, 0] }],
    ['std', { std: [1, 0, 1] }],
  ];
  for (const [field, change] of broken) {
    const error = t.throws(() => checkViewRecipe({ ...paper, ...change }), {
      instanceOf: RangeError,
    });
    t.true(error.message.startsWith(`Expected \`${field}\``), error.message);
  }
  t.notThrows(() => checkViewRecipe(paper));
});

test('the smallest crop of an image shrunk to the target still has the size of a view', (t) => {
  const paper = viewRecipe('paper');
  for (const imageSize of [32, 64, 224]) {
    const side = shrinkTarget(paper, imageSize);
    // A fifth of the area of a square, three quarters as wide as high.
    t.true(Math.sqrt(0.2 * side ** 2 * 0.75) >= imageSize);
    t.true(Math.sqrt(0.2 * (side - 1) ** 2 * 0.75) < imageSize);
  }
  // A local crop is smaller, also where the others are whole images.
  for (const preset of presetNames) {
    const side = shrinkTarget(viewRecipe(`${preset},local=6/0.05-0.2`), 32);
    t.true(Math.sqrt(0.05 * side ** 2 * 0.75) >= 32);
    t.true(side >= shrinkTarget(viewRecipe(preset), 32));
  }
  t.is(shrinkTarget(viewRecipe('plain,local=1/0.9-1'), 32), 64);
  t.is(shrinkTarget(paper, 32), 83);
  t.is(shrinkTarget(viewRecipe('plain'), 32), 64);
});
