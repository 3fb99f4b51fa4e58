import test from 'ava';
import { applyOperations } from '../../../operators/image/apply-operations.ts';
import { drawView } from '../../../operators/image/draw-view.ts';
import { normalisations, viewRecipe } from '../../../operators/image/view-recipe.ts';
import { drawViews, makeViews, type ViewKey } from '../../../operators/image/views.ts';
import { seededRandom } from '../../../operators/random.ts';
import type { RgbImage } from '../../../operators/types.ts';
import { referenceView } from '../../helpers/view-reference.ts';

const paper = viewRecipe('paper', normalisations.cifar10);
const plain = viewRecipe('plain');

const noise = (name: string, width: number, height: number): RgbImage => {
  const random = seededRandom('views.test', name);
  const data = Uint8Array.from({ length: width * height * 3 }, () => random.below(256));
  return { width, height, data };
};

const images = [noise('a', 32, 32), noise('b', 40, 25), noise('c', 9, 13), noise('d', 1, 1)];
const keys: readonly ViewKey[] = [
  { id: 'a.png', draw: 0 },
  { id: 'b.png', draw: 3 },
  { id: 'c.png', draw: 1, replaces: 'bad.png' },
  { id: 'd.png', draw: 0 },
];
const options = { views: 3, imageSize: 12, seed: 42 };
const length = 12 * 12 * 3;
const row = (views: Float32Array, at: number): Float32Array =>
  views.subarray(at * length, (at + 1) * length);

for (const recipe of [paper, plain]) {
  test(`every ${recipe.name} view equals the reference`, (t) => {
    for (let seed = 0; seed < 20; seed += 1) {
      const views = makeViews(images, keys, recipe, { ...options, seed });
      t.is(views.length, images.length * 3 * length);
      for (const [at, image] of images.entries()) {
        const { id, draw, replaces } = keys[at]!;
        const draws = drawViews(image, keys[at]!, recipe, { ...options, seed });
        for (const view of [0, 1, 2]) {
          const random = seededRandom('view', seed, id, replaces ?? '', draw, view);
          const drawn = drawView(random, recipe, image.width, image.height, {
            imageSize: 12,
            local: false,
          });
          t.deepEqual(draws[view], drawn);
          const expected = referenceView(image, drawn, recipe, 12);
          const actual = row(views, at * 3 + view);
          // Values of a few units; five roundings to float32, each up to tripled by a factor and 1 / std.
          const most = Math.max(...expected.map((value, k) => Math.abs(value - actual[k]!)));
          t.true(most < 5e-6, `seed ${seed}, ${id}, view ${view}: ${most}`);
        }
      }
    }
  });
}

test('a view does not depend on the batch, its order, or what was made before', (t) => {
  const together = makeViews(images, keys, paper, options);
  for (const [at, image] of images.entries()) {
    const alone = makeViews([image], [keys[at]!], paper, options);
    t.deepEqual(alone, together.slice(at * 3 * length, (at + 1) * 3 * length));
  }
  const reversed = makeViews(images.toReversed(), keys.toReversed(), paper, options);
  t.deepEqual(row(reversed, 0), row(together, 9));
  t.deepEqual(makeViews(images, keys, paper, options), together);
});

test('more views leave the first ones as they are', (t) => {
  const two = makeViews([images[0]!], [keys[0]!], paper, { ...options, views: 2 });
  const three = makeViews([images[0]!], [keys[0]!], paper, options);
  t.deepEqual(three.slice(0, 2 * length), two);
});

test('local views are the last ones, and leave the global ones as they are', (t) => {
  const recipe = viewRecipe('paper,local=2/0.05-0.1', normalisations.cifar10);
  const image = images[0]!;
  const both = drawViews(image, keys[0]!, recipe, { ...options, views: 4 });
  const alone = drawViews(image, keys[0]!, paper, { ...options, views: 2 });
  t.deepEqual(both.slice(0, 2), alone);
  for (const { crop } of both.slice(2)) t.true(crop.width * crop.height < 0.12 * 32 * 32);
  t.throws(() => drawViews(image, keys[0]!, recipe, { ...options, views: 2 }), {
    instanceOf: RangeError,
    message:
      'Expected `views` to be more than the 2 local ones of the recipe, which it counts, got `2`',
  });
});

test('RandAugment works on the pixels before their colours are changed', (t) => {
  const recipe = viewRecipe('plain,randaugment=2/20');
  const [image, key] = [images[1]!, keys[1]!];
  const { mean, std } = recipe;
  for (let seed = 0; seed < 30; seed += 1) {
    const views = makeViews([image], [key], recipe, { ...options, views: 1, seed });
    const before = makeViews([image], [key], plain, { ...options, views: 1, seed });
    const pixels = before.map((value, at) => value * std[at % 3]! + mean[at % 3]!);
    const [drawn] = drawViews(image, key, recipe, { ...options, views: 1, seed });
    applyOperations(pixels, 12, drawn!.operations);
    // A value on the border of two levels may fall to either.
    const off = pixels.filter(
      (value, at) => Math.abs((value - mean[at % 3]!) / std[at % 3]! - views[at]!) > 1e-5,
    );
    t.true(off.length < 0.02 * views.length, JSON.stringify(drawn!.operations));
  }
});

test('repeats, replacements, views and seeds never give the same pixels', (t) => {
  const image = images[0]!;
  const seen = new Set<string>();
  let made = 0;
  for (const seed of [1, 2]) {
    for (const draw of [0, 1, 2, 3]) {
      for (const replaces of [undefined, 'x.png', 'y.png']) {
        const views = makeViews([image], [{ id: 'a', draw, replaces }], paper, {
          ...options,
          seed,
        });
        for (const view of [0, 1, 2]) seen.add(row(views, view).join());
        made += 3;
      }
    }
  }
  t.is(seen.size, made);
});

test('plain views do not depend on chance', (t) => {
  const [image, key] = [images[1]!, keys[1]!];
  const one = makeViews([image], [key], plain, { ...options, views: 1 });
  const other = makeViews([image], [{ id: 'other', draw: 9 }], plain, {
    views: 1,
    imageSize: 12,
    seed: 7,
  });
  t.deepEqual(one, other);
});

test('images are not changed', (t) => {
  const image = noise('kept', 16, 16);
  const before = image.data.slice();
  makeViews([image], [{ id: 'kept', draw: 0 }], paper, options);
  t.deepEqual(image.data, before);
});

test('no images give no views', (t) => {
  t.deepEqual(makeViews([], [], paper, options), new Float32Array(0));
});

test('refuses what does not fit together', (t) => {
  const image = images[0]!;
  const refused = (message: RegExp, make: () => unknown): void => {
    t.throws(make, { instanceOf: RangeError, message });
  };
  refused(/one key for each of 1 images, got 0/, () => makeViews([image], [], paper, options));
  refused(/`a.png` of 32 × 31 pixels .* 2976 bytes, got 3072/, () =>
    makeViews([{ ...image, height: 31 }], [keys[0]!], paper, options),
  );
  refused(/`views`/, () => makeViews([], [], paper, { ...options, views: 0 }));
  refused(/`imageSize`/, () => makeViews([], [], paper, { ...options, imageSize: 1.5 }));
  refused(/`seed`/, () => makeViews([], [], paper, { ...options, seed: NaN }));
  refused(/`flip`/, () => makeViews([], [], { ...paper, flip: 2 }, options));
});
