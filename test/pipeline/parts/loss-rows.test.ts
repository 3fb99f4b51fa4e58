import test from 'ava';
import type { VectorsInMemory } from '../../../operators/evaluation/vectors/vectors-in-memory.ts';
import { lossRows } from '../../../pipeline/parts/loss-rows.ts';

const setOf = (
  rows: readonly (readonly number[])[],
  labels: readonly number[] = rows.map(() => 0),
): VectorsInMemory => ({
  name: 'export',
  classes: ['ant'],
  ids: rows.map((_, row) => `${row}.jpg`),
  labels: Int32Array.from(labels),
  dim: 2,
  rows: Float32Array.from(rows.flat()),
});

const asTheyAre = { layer: 'projection', normalize: false } as const;
const normalised = { layer: 'embedding', normalize: true } as const;

test('takes rows of length 1 as they are, to 1e-4', (t) => {
  const set = setOf([
    [1, 0],
    [0, 1 - 9e-5],
    [0, -1 - 9e-5],
  ]);
  const before = set.rows.slice();
  const { z, size, labels } = lossRows(set, asTheyAre);
  t.deepEqual(z, before);
  t.is(size, 2);
  t.deepEqual([...labels], [0, 0, 0]);
});

test('brings rows to length 1, the longest and the shortest', (t) => {
  const { z } = lossRows(
    setOf([
      [3, 4],
      [3e38, -3e38],
      [0, 2e-12],
    ]),
    normalised,
  );
  const half = Math.fround(Math.SQRT1_2);
  t.deepEqual([...z], [0.6, 0.8, half, -half, 0, 1].map(Math.fround));
});

const refused = test.macro({
  title: (title) => `refuses ${title}`,
  exec(
    t,
    rows: readonly (readonly number[])[],
    options: typeof asTheyAre | typeof normalised,
    message: string,
  ) {
    t.throws(() => lossRows(setOf(rows), options), { code: 'ERR_FORMAT', message });
  },
});

test(
  'the first row of another length, and says how to go on',
  refused,
  [
    [1, 0],
    [3, 4],
    [6, 8],
  ],
  asTheyAre,
  'Expected the `projection` of `1.jpg` in `export` to have length 1, got `5`. Normalise the rows first with `normalize: true`.',
);
test(
  'a row a little too long',
  refused,
  [[1.00011, 0]],
  asTheyAre,
  'Expected the `projection` of `0.jpg` in `export` to have length 1, got `1.00011`. Normalise the rows first with `normalize: true`.',
);
test(
  'a row without a direction',
  refused,
  [
    [1, 0],
    [0, 0],
  ],
  normalised,
  'Expected the `embedding` of `1.jpg` in `export` to have a direction, got a length of `0`. Leave the image out of the export.',
);
for (const [value, options] of [
  [NaN, asTheyAre],
  [NaN, normalised],
  [Infinity, asTheyAre],
  [-Infinity, normalised],
] as const) {
  test(
    `${value} in the ${options.layer}`,
    refused,
    [
      [1, 0],
      [value, 0],
    ],
    options,
    `Expected the \`${options.layer}\` of \`1.jpg\` in \`export\` to hold finite numbers, got a length of ` +
      `\`${Math.abs(value)}\`. Export it again, with another model.`,
  );
}

test('rows without a class may have any length, not any value', (t) => {
  const labels = [0, -1];
  const long = [
    [1, 0],
    [3, 4],
  ];
  t.notThrows(() => lossRows(setOf(long, labels), asTheyAre));
  const zero = [
    [1, 0],
    [0, 0],
  ];
  t.deepEqual([...lossRows(setOf(zero, labels), normalised).z], [1, 0, 0, 0]);
  const broken = [
    [1, 0],
    [NaN, 0],
  ];
  t.throws(() => lossRows(setOf(broken, labels), asTheyAre), { message: /`1\.jpg`.*finite/u });
});

test('refuses a set without any class', (t) => {
  const message =
    /^`export` holds no image with a class: .* sub-folder for each class, .*\?label=COLUMN`\.$/u;
  for (const set of [setOf([[1, 0]], [-1]), setOf([])]) {
    t.throws(() => lossRows(set, asTheyAre), { code: 'ERR_FORMAT', message });
  }
});
