import test from 'ava';
import type { ViewDraw } from '../../../operators/image/draw-view.ts';
import { viewRecipe } from '../../../operators/image/view-recipe.ts';
import { drawViews } from '../../../operators/image/views.ts';
import { drawWords } from '../../../outputs/sheet/draw-words.ts';
import { cropShares, occurrences, recipeFields } from '../../../outputs/sheet/sheet-facts.ts';
import type { ViewSheet } from '../../../outputs/sheet/view-sheet.ts';

const nothing: ViewDraw = {
  crop: { left: 0, top: 0, width: 40, height: 20 },
  flip: false,
  operations: [],
  colours: [],
  grayscale: false,
  blur: null,
  solarize: null,
};
const image = { width: 40, height: 20 };

test('parameters are told in the order in which they are applied', (t) => {
  t.deepEqual(drawWords(nothing, image), ['crop 40 × 20 at 0, 0 (100 %)']);
  const everything: ViewDraw = {
    crop: { left: 3, top: 5, width: 20, height: 10 },
    flip: true,
    operations: [
      { kind: 'equalize', amount: 0 },
      { kind: 'rotate', amount: -9 },
    ],
    colours: [
      { kind: 'hue', amount: -0.05 },
      { kind: 'contrast', amount: 1.2345 },
    ],
    grayscale: true,
    blur: { sigma: 1.5, radius: 2 },
    solarize: 0.5,
  };
  t.deepEqual(drawWords(everything, image), [
    'crop 20 × 10 at 3, 5 (25 %)',
    'flipped',
    'equalize',
    'rotate −9',
    'hue −18°',
    'contrast × 1.23',
    'greyscale',
    'blur σ 1.5 px',
    'solarized from 0.5',
  ]);
});

const sheetOf = (augmentation: Parameters<typeof viewRecipe>[0]): ViewSheet => {
  const recipe = viewRecipe(augmentation);
  const options = { views: 2000, imageSize: 32, seed: 0 };
  const colours = { ...image, data: new Uint8Array(0) };
  const draws = drawViews(image, { id: 'a', draw: 0 }, recipe, options);
  const views = draws.map((draw) => ({ draw, local: false, colours }));
  const row = { id: 'a', className: null, size: image, image: colours, views };
  return { name: 'photos', recipe, imageSize: 32, seed: 0, rows: [row], leftOut: [] };
};

test('what is done to views is counted, near to what the recipe asks for', (t) => {
  const sheet = sheetOf('simclr,solarize=0.5@0.2');
  const expected = { flipped: 50, RandAugment: 0, 'colours jittered': 80, greyscale: 20 };
  const all: Readonly<Record<string, number>> = { ...expected, blurred: 50, solarized: 20 };
  const found = occurrences(sheet);
  t.deepEqual(
    found.map(({ what }) => what),
    Object.keys(all),
  );
  for (const one of found) {
    t.is(one.expected, `${all[one.what]} %`);
    // Four standard deviations of a share of 2000.
    t.true(Math.abs(Number.parseInt(one.share, 10) - all[one.what]!) <= 5, one.what);
  }
  t.regex(cropShares(sheet), /^\d+ % to \d+ %, mean \d+ %$/u);
});

test('every step of a recipe is counted: with all of them at once nothing is never done', (t) => {
  const sheet = sheetOf('simclr,solarize=0.5@1,randaugment=1/9,blur=0.1-2@1');
  t.true(occurrences(sheet).every(({ views }) => views > 0));
});

test('a recipe is listed field by field', (t) => {
  const fields = new Map(recipeFields(viewRecipe('plain,blur=0.1-2@0.5')));
  t.is(fields.get('name'), 'plain,blur=0.1-2@0.5');
  t.is(fields.get('crop'), 'none');
  t.is(fields.get('blur.sigma'), '0.1, 2');
  t.is(fields.get('std'), '0.25, 0.25, 0.25');
});
