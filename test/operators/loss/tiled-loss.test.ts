import test from 'ava';
import fc from 'fast-check';
import { eagerTileCompiler } from '../../../operators/engine/eager/eager-tiles.ts';
import { tiledLosses, type TileCompiler } from '../../../operators/loss/tiled-loss.ts';
import { tf } from '../../../operators/tensor/tf.ts';
import { batches } from '../../contract/contrastive-loss-contract.ts';
import { lossReference } from '../../helpers/loss-reference.ts';
import { formulaOf, usualLosses } from '../../helpers/loss-specs.ts';
import { near } from '../../helpers/tensors.ts';

const specs = usualLosses(0.1);
const wanted = { gradient: true, readouts: false } as const;

test.before(async () => {
  await tf.setBackend('cpu');
});

for (const spec of specs) {
  test(`${spec.name} in tiles equals a float64 loop`, async (t) => {
    const losses = tiledLosses(eagerTileCompiler, spec);
    await fc.assert(
      fc.asyncProperty(
        batches,
        fc.integer({ min: 0, max: 255 }),
        async ({ rows, labels }, bits) => {
          const isAnchor = (i: number): boolean => ((bits >> (i % 8)) & 1) === 1;
          const result = await losses.run(
            {
              z: Float32Array.from(rows.flat()),
              size: rows[0]!.length,
              labels: Int32Array.from(labels),
              anchorMask: Float32Array.from(rows, (_, i) => Number(isAnchor(i))),
            },
            wanted,
          );
          const expected = lossReference(formulaOf(spec.name), rows, labels, 0.1, { isAnchor });
          return (
            (Object.is(result.value, expected.value) ||
              Math.abs(result.value - expected.value) < 2e-5) &&
            // Absolute: where a pull and a share nearly cancel, float32 keeps a step of their size.
            expected.gradient.flat().every((x, at) => Math.abs(x - result.gradient![at]!) < 2e-5) &&
            result.sums.withoutPositive[0] === expected.anchorsWithoutPositive
          );
        },
      ),
      { seed: 12, numRuns: 40 },
    );
    await losses.release();
    t.pass();
  });
}

/** Clusters that differ in size, so that blocks of several classes and classes of several blocks occur. */
function clusters(sizes: readonly number[]): { rows: number[][]; labels: number[] } {
  const labels = sizes.flatMap((size, label) => Array.from({ length: size }, () => label));
  const rows = labels.map((label, i) => {
    const row = Array.from({ length: 3 }, (_, d) => Math.sin(label * 2 + d) + Math.cos(7 * i + d));
    const length = Math.hypot(...row);
    return row.map((x) => Math.fround(x / length));
  });
  return { rows, labels };
}

test('many tiles of mixed classes equal a float64 loop, in any order of rows', async (t) => {
  const { rows, labels } = clusters([40, 3, 1, 90, 2, 2, 17]);
  const order = rows.map((_, i) => (i * 57) % rows.length);
  // 57 and 155 have no common divisor, so this is a permutation.
  t.is(new Set(order).size, rows.length);
  const losses = tiledLosses(eagerTileCompiler, specs[0]!);
  const mixed = order.map((i) => rows[i]!);
  const classes = order.map((i) => labels[i]!);
  const tiles: number[] = [];
  const result = await losses.run(
    { z: Float32Array.from(mixed.flat()), size: 3, labels: Int32Array.from(classes) },
    { ...wanted, onProgress: (done) => tiles.push(done) },
  );
  const expected = lossReference('sincere', mixed, classes, 0.1);
  near(t, [result.value], [expected.value], 1e-6);
  near(t, result.gradient!, expected.gradient.flat(), 1e-5);
  t.is(tiles.at(-1), rows.length);
  t.is(result.sums.withoutPositive[0], 1);
});

test('one class, and no class at all', async (t) => {
  const { rows } = clusters([9]);
  const z = Float32Array.from(rows.flat());
  const losses = tiledLosses(eagerTileCompiler, specs[0]!);
  const one = await losses.run({ z, size: 3, labels: new Int32Array(9) }, wanted);
  t.is(one.value, 0);
  t.true(one.gradient!.every((x) => Math.abs(x) === 0));
  const none = await losses.run({ z, size: 3, labels: new Int32Array(9).fill(-1) }, wanted);
  t.is(none.value, Number.NaN);
  t.is(none.gradient!.length, 27);
});

test('a program is kept for sets of one shape, and released for the next', async (t) => {
  const events: string[] = [];
  const compile: TileCompiler = async (spec) => {
    events.push(`compile ${spec.shape.sameClass + spec.shape.otherClass}`);
    const program = await eagerTileCompiler(spec);
    return { ...program, release: async () => void events.push('release') };
  };
  const losses = tiledLosses(compile, specs[0]!);
  const run = async (sizes: readonly number[]): Promise<void> => {
    const { rows, labels } = clusters(sizes);
    const z = Float32Array.from(rows.flat());
    await losses.run({ z, size: 3, labels: Int32Array.from(labels) }, wanted);
  };
  await run([4, 4]);
  await run([4, 4]);
  await run([5, 4]);
  await losses.release();
  t.deepEqual(events, ['compile 8', 'release', 'compile 9', 'release']);
});

test('what `onProgress` throws ends the run', async (t) => {
  const { rows, labels } = clusters([4, 4]);
  const losses = tiledLosses(eagerTileCompiler, specs[0]!);
  const stop = new Error('enough');
  const run = losses.run(
    { z: Float32Array.from(rows.flat()), size: 3, labels: Int32Array.from(labels) },
    {
      ...wanted,
      onProgress: () => {
        throw stop;
      },
    },
  );
  t.is(await t.throwsAsync(run), stop);
});
