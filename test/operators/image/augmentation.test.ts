import test from 'ava';
import {
  formOf,
  readRecipeKey,
  recipeKeyNames,
  recipeKeyOf,
} from '../../../operators/image/recipe-keys.ts';
import { presetNames } from '../../../operators/image/recipe-presets.ts';
import { usualSteps } from '../../../operators/image/recipe-steps.ts';
import { normalisations, viewRecipe } from '../../../operators/image/view-recipe.ts';

const recipeOf = (text: unknown): ReturnType<typeof viewRecipe> => viewRecipe(text as 'paper');

test('a preset without parameters is a recipe of its name', (t) => {
  for (const name of presetNames) t.is(viewRecipe(name).name, name);
});

test('the presets of earlier runs keep their JSON', (t) => {
  const { neutral } = normalisations;
  t.is(
    JSON.stringify(viewRecipe('paper')),
    '{"name":"paper","crop":{"scale":[0.2,1],"ratio":[0.75,1.3333333333333333]},"flip":0.5,' +
      '"jitter":{"probability":0.8,"brightness":0.4,"contrast":0.4,"saturation":0.4,"hue":0.1},' +
      `"grayscale":0.2,"mean":${JSON.stringify(neutral.mean)},"std":${JSON.stringify(neutral.std)}}`,
  );
  t.is(
    JSON.stringify(viewRecipe('plain')),
    '{"name":"plain","crop":null,"flip":0,"jitter":null,"grayscale":0,' +
      `"mean":${JSON.stringify(neutral.mean)},"std":${JSON.stringify(neutral.std)}}`,
  );
});

test('every parameter changes its field', (t) => {
  t.like(
    recipeOf(
      'paper,scale=0.08-1,ratio=0.75-1.33,jitter=0.1/0.2/0.3/0.4@0.6,flip=0.25,grayscale=0.1,blur=0.1-2@0.5,' +
        'solarize=0.5@0.2,randaugment=2/9,local=6/0.05-0.2,mean=0.49/0.48/0.45,std=0.25/0.24/0.26',
    ),
    {
      crop: { scale: [0.08, 1], ratio: [0.75, 1.33] },
      jitter: { brightness: 0.1, contrast: 0.2, saturation: 0.3, hue: 0.4, probability: 0.6 },
      flip: 0.25,
      grayscale: 0.1,
      blur: { sigma: [0.1, 2], probability: 0.5 },
      solarize: { threshold: 0.5, probability: 0.2 },
      randAugment: { operations: 2, magnitude: 9 },
      local: { views: 6, scale: [0.05, 0.2] },
      mean: [0.49, 0.48, 0.45],
      std: [0.25, 0.24, 0.26],
    },
  );
});

test('the example of every key is of its form, and comes out as it went in', (t) => {
  for (const key of recipeKeyNames) {
    const { example } = recipeKeyOf(key);
    t.notThrows(() => readRecipeKey(key, example));
    if (key === 'mean' || key === 'std') continue;
    const differing = presetNames.filter((preset) => {
      if (key === 'ratio' && preset === 'plain') return false;
      const { name } = recipeOf(`${preset},${key}=${example}`);
      t.true(name === preset || name.startsWith(`${preset},${key}=${example}`), name);
      return name !== preset;
    });
    t.true(differing.length > 0 || key === 'scale', key);
  }
});

test('the name of a recipe is a text of the same recipe', (t) => {
  for (const text of [
    'paper',
    'simclr,blur=off',
    'plain,scale=0.1-0.5,ratio=1-1,flip=1e-7',
    'paper,scale=off,jitter=off,flip=off,grayscale=off,randaugment=3/14,local=1/0.5-0.5',
  ]) {
    const recipe = recipeOf(text);
    t.deepEqual(recipeOf(recipe.name), recipe);
  }
  t.is(
    recipeOf('paper,local=6/0.05-0.2,flip=0.5,blur=0.1-2@0.5').name,
    'paper,blur=0.1-2@0.5,local=6/0.05-0.2',
  );
});

test('text and object say the same', (t) => {
  const { jitter } = usualSteps;
  t.deepEqual(
    recipeOf({ preset: 'simclr', crop: { scale: [0.2, 1] }, blur: null, solarize: {} }),
    recipeOf('simclr,scale=0.2-1,blur=off,solarize=0.5@0.2'),
  );
  t.deepEqual(
    recipeOf({ preset: 'simclr', jitter }),
    recipeOf('simclr,jitter=0.4/0.4/0.4/0.1@0.8'),
  );
  t.deepEqual(
    recipeOf({ preset: 'plain', crop: { scale: [0.5, 1] } }),
    recipeOf('plain,scale=0.5-1'),
  );
});

test('what is switched off is as if it had never been', (t) => {
  const { name: _, ...paper } = viewRecipe('paper');
  t.like(recipeOf('simclr,scale=0.2-1,jitter=0.4/0.4/0.4/0.1@0.8,blur=off'), paper);
  t.false('blur' in recipeOf('simclr,blur=off'));
  t.is(JSON.stringify(recipeOf('paper,blur=off,local=off')), JSON.stringify(viewRecipe('paper')));
});

test('a normalisation that is given comes before that of the encoder', (t) => {
  const recipe = viewRecipe('paper,mean=0.1/0.2/0.3', normalisations.imagenet);
  t.deepEqual(recipe.mean, [0.1, 0.2, 0.3]);
  t.deepEqual(recipe.std, normalisations.imagenet.std);
});

const refused = test.macro({
  title: (_, given: unknown) => `refuses ${JSON.stringify(given)}`,
  exec(t, given: unknown, message: string) {
    const error = t.throws(() => recipeOf(given), { instanceOf: RangeError });
    t.is(error.message, message);
  },
});

const presets = '`paper`, `simclr` or `plain`, before any parameter as in `paper,blur=0.1-2@0.5`';
test(
  refused,
  'papr',
  `Expected the preset of \`augmentation\` to be ${presets}, got \`papr\`; did you mean \`paper\`?`,
);
test(
  refused,
  'flip=0.5',
  `Expected the preset of \`augmentation\` to be ${presets}, got \`flip=0.5\``,
);
test(refused, 'paper,blurr=0.1-2@0.5', '`augmentation` has no `blurr`; did you mean `blur`?');
test(
  refused,
  'paper,zoom=2',
  `\`augmentation\` has no \`zoom\`; it has ${recipeKeyNames.join(', ')}`,
);
test(
  refused,
  'paper,blur=0.1',
  `Expected \`blur\` of \`augmentation\` to be ${formOf('blur')}, got \`0.1\``,
);
test(
  refused,
  'paper,mean=off',
  'Expected `mean` of `augmentation` to be RED/GREEN/BLUE, such as `mean=0.49/0.48/0.45`, got `off`',
);
test(
  refused,
  'paper,blur',
  'Expected each parameter of `augmentation` to be KEY=VALUE, such as `blur=0.1-2@0.5`, got `blur`',
);
test(refused, 'paper,flip=0,flip=1', 'Expected `flip` of `augmentation` once, got it twice');
test(
  refused,
  'paper,blur=0.1-2@7',
  'Expected `blur.probability` of `augmentation` to be at least 0 and at most 1, got `7`; ' +
    'it is given as LOW-HIGH@PROBABILITY, such as `blur=0.1-2@0.5`, or `blur=off`',
);
test(
  refused,
  'paper,blur=2-1@0.5',
  `Expected \`blur.sigma\` of \`augmentation\` to be at least 2, got \`1\`; it is given as ${formOf('blur')}`,
);
test(
  refused,
  'paper,randaugment=2/31',
  `Expected \`randAugment.magnitude\` of \`augmentation\` to be an integer from 0 to 30, got \`31\`; it is given as ${formOf('randaugment')}`,
);
test(
  refused,
  'paper,scale=off,ratio=1-1',
  'Expected `ratio` of `augmentation` to be absent where there is no crop; with `scale=0.2-1` there is one',
);
test(
  refused,
  { preset: 'paper', blurr: {} },
  '`augmentation` has no `blurr`; did you mean `blur`?',
);
test(
  refused,
  { preset: 'paper', blur: { sgma: [1, 2] } },
  '`augmentation` has no `blur.sgma`; did you mean `blur.sigma`?',
);
test(
  refused,
  { preset: 'paper', crop: { scale: 0.5 } },
  'Expected `crop.scale` of `augmentation` to be two numbers, the lower one first, got `0.5`',
);
test(
  refused,
  { preset: 'paper', flip: '0.5' },
  'Expected `flip` of `augmentation` to be at least 0 and at most 1, got `"0.5"`',
);

test('mixing images is refused with the way out, and not passed over', (t) => {
  for (const given of ['paper,mixup=0.2', 'paper,cutmix=1', { preset: 'paper', mixup: {} }]) {
    t.throws(() => recipeOf(given), {
      instanceOf: RangeError,
      message: /no loss of `train` takes labels that are mixed.*the stage `mixViews`/u,
    });
  }
});
