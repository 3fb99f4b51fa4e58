import fs from 'node:fs';
import test from 'ava';
import { applyOperations } from '../../../operators/image/apply-operations.ts';
import { drawOperations } from '../../../operators/image/draw-operations.ts';
import {
  isSigned,
  operationAmount,
  operationNames,
} from '../../../operators/image/rand-augment/operations.ts';
import { seededRandom } from '../../../operators/random.ts';
import { fixture } from '../../helpers/project.ts';

/** What torchvision's `_apply_op` made of an image from a formula; `[y][x][c]` flattened, rounded to 5 decimals. */
interface Golden {
  readonly origin: string;
  readonly operations: readonly {
    readonly name: string;
    readonly magnitude: number;
    readonly sign: 1 | -1;
    readonly size: number;
    readonly values: readonly number[];
  }[];
}

const golden = JSON.parse(
  fs.readFileSync(fixture('torchvision-rand-augment.json'), 'utf8'),
) as Golden;

const image = (size: number): Float32Array =>
  Float32Array.from(
    { length: size * size * 3 },
    (_, at) => (Math.floor(((7 * at * at + 13 * at) % 251) / 2) + 20 * (at % 3)) / 255,
  );

const kebab = (name: string): string =>
  name.replaceAll(/\B[A-Z]/gu, (letter) => `-${letter}`).toLowerCase();

test('the operations are those of torchvision, in its order', (t) => {
  const names = new Set(golden.operations.map(({ name }) => kebab(name)));
  t.deepEqual([...operationNames], [...names] as string[]);
});

for (const { name, magnitude, sign, size, values } of golden.operations) {
  test(`${name} at ${sign * magnitude} equals torchvision's`, (t) => {
    const kind = operationNames.find((one) => one === kebab(name))!;
    t.true(sign === 1 || isSigned(kind));
    const pixels = image(size);
    applyOperations(pixels, size, [
      { kind, amount: sign * operationAmount(kind, magnitude, size) },
    ]);
    const most = Math.max(...values.map((value, at) => Math.abs(value - pixels[at]!)));
    // Half of the fifth decimal, and roundings to float32.
    t.true(most < 6e-6, String(most));
  });
}

test('operations follow one another, and keep values in 0 to 1', (t) => {
  const random = seededRandom('rand-augment.test');
  for (let round = 0; round < 200; round += 1) {
    const operations = drawOperations(random, { operations: 3, magnitude: 30 }, 7);
    const together = image(7);
    applyOperations(together, 7, operations);
    const apart = image(7);
    for (const operation of operations) applyOperations(apart, 7, [operation]);
    t.deepEqual(together, apart);
    t.true(together.every((value) => value >= 0 && value <= 1));
  }
});

test('every operation is drawn as often, in either direction where it has one', (t) => {
  const random = seededRandom('rand-augment.test', 'draws');
  const many = 14_000;
  const drawn = drawOperations(random, { operations: many, magnitude: 9 }, 100);
  // Five standard deviations of a share.
  const near = (count: number, of: number, share: number): boolean =>
    Math.abs(count - of * share) < 5 * Math.sqrt(of * share * (1 - share));
  for (const kind of operationNames) {
    const own = drawn.filter((one) => one.kind === kind);
    t.true(near(own.length, many, 1 / 14), kind);
    const amount = operationAmount(kind, 9, 100);
    const negative = own.filter((one) => one.amount < 0).length;
    t.true(own.every((one) => Math.abs(one.amount) === amount));
    t.true(isSigned(kind) ? near(negative, own.length, 0.5) : negative === 0, kind);
  }
});

test('no magnitude changes nothing but what has none', (t) => {
  for (const kind of operationNames) {
    // Solarize inverts white; these two have no magnitude.
    if (kind === 'auto-contrast' || kind === 'equalize') continue;
    const pixels = image(7);
    applyOperations(pixels, 7, [{ kind, amount: operationAmount(kind, 0, 7) }]);
    const before = image(7);
    const most = Math.max(...before.map((value, at) => Math.abs(value - pixels[at]!)));
    t.true(most < 1e-7, kind);
  }
});

test('the smallest views are taken too', (t) => {
  for (const size of [1, 2]) {
    for (const kind of operationNames) {
      const pixels = image(size);
      applyOperations(pixels, size, [{ kind, amount: operationAmount(kind, 30, size) }]);
      t.true(
        pixels.every((value) => value >= 0 && value <= 1),
        kind,
      );
    }
  }
});
