import test from 'ava';
import { drawView, type ViewDraw } from '../../../operators/image/draw-view.ts';
import type { RandomCrop } from '../../../operators/image/recipe-steps.ts';
import { viewRecipe, type ViewRecipe } from '../../../operators/image/view-recipe.ts';
import { seededRandom } from '../../../operators/random.ts';

const paper = viewRecipe('paper');

const draws = (
  count: number,
  recipe: ViewRecipe,
  width: number,
  height: number,
): readonly ViewDraw[] => {
  const random = seededRandom('draw-view.test', recipe.name, width, height);
  return Array.from({ length: count }, () =>
    drawView(random, recipe, width, height, { imageSize: 32, local: false }),
  );
};

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Kolmogorov's distance between a sample and a continuous distribution. */
const distance = (values: readonly number[], below: (value: number) => number): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return Math.max(
    ...sorted.map((value, at) =>
      Math.max(
        Math.abs(below(value) - at / sorted.length),
        Math.abs(below(value) - (at + 1) / sorted.length),
      ),
    ),
  );
};

const many = 20_000;
// Exceeded by one sample in 100,000: sqrt(ln(2 / 1e-5) / 2 n). The seeds are fixed, so it is not.
const critical = Math.sqrt(Math.log(2e5) / (2 * many));

test('where every crop fits, areas are uniform and ratios uniform in the logarithm', (t) => {
  // Half the area at a ratio of 4/3 still fits into a square; a large one, so that rounding to pixels hardly shows.
  const crop: RandomCrop = { scale: [0.1, 0.5], ratio: [3 / 4, 4 / 3] };
  const side = 4000;
  const seen = draws(many, { ...paper, crop }, side, side).map((view) => view.crop);
  const areas = seen.map(({ width, height }) => (width * height) / side ** 2);
  const ratios = seen.map(({ width, height }) => Math.log(width / height));
  t.true(distance(areas, (area) => Math.min(1, Math.max(0, (area - 0.1) / 0.4))) < critical);
  const range = Math.log(16 / 9);
  t.true(
    distance(ratios, (ratio) => Math.min(1, Math.max(0, (ratio + range / 2) / range))) < critical,
  );
});

// Moments of 40,000 crops of torchvision 0.29.1's RandomResizedCrop.get_params, scale 0.2 to 1, ratio 3/4 to 4/3.
for (const [width, height, area, spread, ratio, ratioSpread] of [
  [32, 32, 0.55107, 0.20637, 0.00091, 0.15963],
  [64, 32, 0.3741, 0.11306, 0.0449, 0.16263],
] as const) {
  test(`crops of ${width} × ${height} are distributed as torchvision's`, (t) => {
    const seen = draws(40_000, paper, width, height).map((view) => view.crop);
    const areas = seen.map((crop) => (crop.width * crop.height) / (width * height));
    const ratios = seen.map((crop) => Math.log(crop.width / crop.height));
    // Four standard errors of the difference of two means.
    const error = 4 * Math.sqrt(2 / 40_000);
    t.true(Math.abs(mean(areas) - area) < error * spread);
    t.true(Math.abs(mean(ratios) - ratio) < error * ratioSpread);
    const deviation = Math.sqrt(mean(areas.map((x) => (x - mean(areas)) ** 2)));
    t.true(Math.abs(deviation / spread - 1) < 0.02);
  });
}

test('crops lie inside the image, at every place', (t) => {
  for (const [width, height] of [
    [32, 32],
    [1, 1],
    [3, 2],
    [200, 30],
    [5, 900],
  ] as const) {
    for (const { crop } of draws(500, paper, width, height)) {
      const { left, top } = crop;
      t.true(Number.isInteger(left) && Number.isInteger(top) && left >= 0 && top >= 0);
      t.true(crop.width >= 1 && left + crop.width <= width);
      t.true(crop.height >= 1 && top + crop.height <= height);
    }
  }
  const lefts = new Set(
    draws(4000, paper, 32, 32)
      .filter(({ crop }) => crop.width === 20)
      .map(({ crop }) => crop.left),
  );
  t.is(lefts.size, 13);
});

test('a crop that never fits becomes the largest allowed part in the middle', (t) => {
  const crop: RandomCrop = { scale: [0.9, 1], ratio: [3 / 4, 4 / 3] };
  const recipe = { ...paper, crop };
  t.deepEqual(draws(1, recipe, 200, 30)[0]!.crop, { left: 80, top: 0, width: 40, height: 30 });
  t.deepEqual(draws(1, recipe, 30, 200)[0]!.crop, { left: 0, top: 80, width: 30, height: 40 });
});

test('each thing happens as often as the recipe says', (t) => {
  const seen = draws(many, paper, 32, 32);
  const share = (is: (view: ViewDraw) => boolean): number => seen.filter(is).length / many;
  // Five standard deviations of a share.
  const near = (actual: number, expected: number): boolean =>
    Math.abs(actual - expected) < 5 * Math.sqrt((expected * (1 - expected)) / many);
  t.true(
    near(
      share(({ flip }) => flip),
      0.5,
    ),
  );
  t.true(
    near(
      share(({ colours }) => colours.length > 0),
      0.8,
    ),
  );
  t.true(
    near(
      share(({ grayscale }) => grayscale),
      0.2,
    ),
  );
  // Independent of each other.
  t.true(
    near(
      share(({ flip, grayscale, colours }) => flip && grayscale && colours.length > 0),
      0.08,
    ),
  );
  const orders = new Map<string, number>();
  for (const { colours } of seen) {
    const order = colours.map(({ kind }) => kind).join();
    if (order !== '') orders.set(order, (orders.get(order) ?? 0) + 1);
  }
  t.is(orders.size, 24);
  for (const count of orders.values()) t.true(near(count / many, 0.8 / 24));
});

test('factors are uniform in their ranges', (t) => {
  const jittered = draws(many, paper, 32, 32).flatMap(({ colours }) => colours);
  for (const [kind, low, high] of [
    ['brightness', 0.6, 1.4],
    ['contrast', 0.6, 1.4],
    ['saturation', 0.6, 1.4],
    ['hue', -0.1, 0.1],
  ] as const) {
    const amounts = jittered.filter((colour) => colour.kind === kind).map(({ amount }) => amount);
    const limit = critical * Math.sqrt(many / amounts.length);
    t.true(distance(amounts, (amount) => (amount - low) / (high - low)) < limit, kind);
  }
});

test('a factor is never negative', (t) => {
  const jitter = { probability: 1, brightness: 3, contrast: 3, saturation: 3, hue: 0.5 };
  for (const { colours } of draws(500, { ...paper, jitter }, 8, 8)) {
    for (const { kind, amount } of colours) {
      if (kind === 'hue') t.true(Math.abs(amount) <= 0.5);
      else t.true(amount >= 0 && amount <= 4);
    }
  }
});

const place = { imageSize: 32, local: false };

test('what came later is drawn later: more steps leave the others of a view as they are', (t) => {
  const more = viewRecipe('paper,blur=0.1-2@0.5,solarize=0.5@0.2,randaugment=2/9,local=2/0.05-0.1');
  for (let seed = 0; seed < 200; seed += 1) {
    const { crop, flip, colours, grayscale } = drawView(seededRandom(seed), paper, 40, 30, place);
    t.like(drawView(seededRandom(seed), more, 40, 30, place), { crop, flip, colours, grayscale });
  }
});

test('a blur is as frequent and as wide as the recipe says, its kernel about a tenth of the side', (t) => {
  const simclr = viewRecipe('simclr');
  const blurs = draws(many, simclr, 32, 32).flatMap(({ blur }) => blur ?? []);
  t.true(Math.abs(blurs.length / many - 0.5) < 5 * Math.sqrt(0.25 / many));
  const limit = critical * Math.sqrt(many / blurs.length);
  t.true(
    distance(
      blurs.map(({ sigma }) => sigma),
      (sigma) => (sigma - 0.1) / 1.9,
    ) < limit,
  );
  const always = viewRecipe('simclr,blur=1-1@1');
  // SimCLR: `kernel_size = height // 10`, to the next odd number.
  for (const [imageSize, radius] of [
    [2, 1],
    [32, 1],
    [64, 3],
    [96, 4],
    [224, 11],
  ] as const) {
    const { blur } = drawView(seededRandom(1), always, 9, 9, { imageSize, local: false });
    t.deepEqual(blur, { sigma: 1, radius });
  }
  t.is(drawView(seededRandom(1), always, 9, 9, { imageSize: 1, local: false }).blur, null);
});

test('views are solarised as often as the recipe says', (t) => {
  const solarized = draws(many, viewRecipe('paper,solarize=0.5@0.2'), 8, 8);
  const share = solarized.filter(({ solarize }) => solarize === 0.5).length / many;
  t.true(Math.abs(share - 0.2) < 5 * Math.sqrt(0.16 / many));
  t.true(solarized.every(({ solarize }) => solarize === 0.5 || solarize === null));
});

test('a local view has the scale of local crops, and the ratios of the others', (t) => {
  const recipe = viewRecipe('paper,scale=0.9-1,ratio=1-1,local=6/0.05-0.2');
  const cropOf = (local: boolean, seed: number): ViewDraw['crop'] =>
    drawView(seededRandom(seed), recipe, 400, 400, { imageSize: 32, local }).crop;
  for (let seed = 0; seed < 100; seed += 1) {
    const { width, height } = cropOf(true, seed);
    t.is(width, height);
    t.true(width ** 2 >= 0.0495 * 400 ** 2 && width ** 2 <= 0.2005 * 400 ** 2);
    t.true(cropOf(false, seed).width ** 2 > 0.89 * 400 ** 2);
  }
  // Where the others are whole images, those of torchvision.
  const whole = viewRecipe('plain,local=1/0.1-0.2');
  const { width, height } = drawView(seededRandom(0), whole, 400, 400, {
    imageSize: 32,
    local: true,
  }).crop;
  t.true(width / height > 0.74 && width / height < 1.34 && width < 300);
});

test('a plain view is the whole image as it is', (t) => {
  for (const view of draws(20, viewRecipe('plain'), 31, 17)) {
    t.deepEqual(view, {
      crop: { left: 0, top: 0, width: 31, height: 17 },
      flip: false,
      operations: [],
      colours: [],
      grayscale: false,
      blur: null,
      solarize: null,
    });
  }
});
