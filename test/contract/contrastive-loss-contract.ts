import type { ExecutionContext } from 'ava';
import fc from 'fast-check';
import type {
  ContrastiveLossOptions,
  LabelsOrMask,
} from '../../operators/loss/contrastive-loss.ts';
import { tf } from '../../operators/tensor/tf.ts';
import {
  finiteDifferences,
  type FormulaName,
  lossReference,
  normalised,
  type Rows,
} from '../helpers/loss-reference.ts';
import { near, nearRows, rowsOf } from '../helpers/tensors.ts';

type Loss = (
  projection: tf.Tensor2D,
  rows: LabelsOrMask,
  options: ContrastiveLossOptions,
) => tf.Scalar;

/** Value and gradient of a loss, as numbers. */
export function evaluated(
  loss: Loss,
  rows: Rows,
  labels: readonly number[],
  temperature: number,
): { readonly value: number; readonly gradient: number[][] } {
  return tf.tidy(() => {
    const z = tf.tensor2d(rows.flat(), [rows.length, rows[0]!.length]);
    const y = tf.tensor1d([...labels], 'int32');
    const { value, grad } = tf.valueAndGrad((x: tf.Tensor2D) => loss(x, y, { temperature }))(z);
    return { value: value.dataSync()[0]!, gradient: rowsOf(grad) };
  });
}

/** Rows of length 1 as float32 holds them, so that float64 code sees the same batch. */
export function float32Rows(rows: Rows): number[][] {
  return normalised(rows).map((row) => row.map((x) => Math.fround(x)));
}

/**
 * Bound for float32 against float64: similarities reach `1 / temperature` and carry a rounding of some
 * 10⁻⁷ of that, which passes to the value as it is and to shares of a softmax as a relative error.
 */
export function tolerance(temperature: number): number {
  return 2e-6 * Math.max(1, 0.1 / temperature);
}

/** Batches of 2 to 12 rows in up to 4 classes, some of them unknown. */
export const batches: fc.Arbitrary<{ rows: number[][]; labels: number[] }> = fc
  .integer({ min: 2, max: 12 })
  .chain((n) =>
    fc.record({
      rows: fc
        .array(fc.array(fc.integer({ min: -100, max: 100 }), { minLength: 4, maxLength: 4 }), {
          minLength: n,
          maxLength: n,
        })
        // Whole numbers plus a little, so that no row is 0.
        .map((rows) => float32Rows(rows.map((row) => row.map((x) => x + 0.25)))),
      labels: fc.array(fc.integer({ min: -1, max: 3 }), { minLength: n, maxLength: n }),
    }),
  );

/** Declares a test, as `test` of AVA does. */
type Declare = (title: string, run: (t: ExecutionContext) => void) => void;

/** What holds for every loss of the family. */
export function contrastiveLossContract(test: Declare, name: FormulaName, loss: Loss): void {
  const temperatures = fc.constantFrom(1, 0.1, 0.05);

  test('value and gradient equal a float64 loop', (t) => {
    fc.assert(
      fc.property(batches, temperatures, ({ rows, labels }, temperature) => {
        const { value, gradient } = evaluated(loss, rows, labels, temperature);
        const expected = lossReference(name, rows, labels, temperature);
        const bound = tolerance(temperature);
        const scale = Math.max(1, 1 / temperature);
        assertWithin(value, expected.value, bound * scale);
        for (const [i, row] of gradient.entries()) {
          for (const [d, x] of row.entries()) {
            assertWithin(x, expected.gradient[i]![d]!, bound * scale);
          }
        }
      }),
      { seed: 1, numRuns: 60 },
    );
    t.pass();
  });

  test('ignores the order of rows and the names of classes', (t) => {
    fc.assert(
      fc.property(batches, fc.integer(), ({ rows, labels }, turn) => {
        const n = rows.length;
        const order = rows.map((_, index) => (((index + turn) % n) + n) % n);
        const renamed = (label: number): number => (label < 0 ? label : (label * 7 + 3) % 31);
        const one = evaluated(loss, rows, labels, 0.1);
        const other = evaluated(
          loss,
          order.map((i) => rows[i]!),
          order.map((i) => renamed(labels[i]!)),
          0.1,
        );
        assertWithin(other.value, one.value, tolerance(0.1) * 10);
        for (const [at, i] of order.entries()) {
          for (const [d, x] of other.gradient[at]!.entries()) {
            assertWithin(x, one.gradient[i]![d]!, tolerance(0.1) * 10);
          }
        }
      }),
      { seed: 2, numRuns: 40 },
    );
    t.pass();
  });

  test('rows without a known class change nothing and get no gradient', (t) => {
    const rows = float32Rows([
      [1, 2, 3],
      [3, 1, -1],
      [2, -2, 1],
      [1, 1, 0],
    ]);
    const noise = float32Rows([
      [1, 2, 2],
      [-3, 1, 1],
    ]);
    const labels = [0, 0, 1, 1];
    const without = evaluated(loss, rows, labels, 0.1);
    const padded = evaluated(loss, [...rows, ...noise], [...labels, -1, -1], 0.1);
    near(t, [padded.value], [without.value], 1e-6);
    nearRows(t, padded.gradient.slice(0, 4), without.gradient, 1e-6);
    t.deepEqual(padded.gradient.slice(4).flat().map(Math.abs), [0, 0, 0, 0, 0, 0]);
  });

  test('anchors without a positive are negatives, and are left out of the mean', (t) => {
    const rows = float32Rows([
      [1, 2, 3],
      [3, 1, -1],
      [2, -2, 1],
      [1, 1, 0],
      [0, 1, 2],
    ]);
    const labels = [0, 0, 1, 1, 5];
    const { value, gradient } = evaluated(loss, rows, labels, 0.1);
    const expected = lossReference(name, rows, labels, 0.1);
    near(t, [value], [expected.value], tolerance(0.1));
    nearRows(t, gradient, expected.gradient, tolerance(0.1));
    t.true(Math.hypot(...gradient[4]!) > 0);
  });

  test('a batch in which every class occurs once has no value, and gradient 0', (t) => {
    withoutAnchors(
      t,
      evaluated(
        loss,
        float32Rows([
          [1, 2],
          [3, -1],
          [-1, -1],
        ]),
        [0, 1, 2],
        0.1,
      ),
    );
  });

  test('a batch without any known class has no value, and gradient 0', (t) => {
    withoutAnchors(
      t,
      evaluated(
        loss,
        float32Rows([
          [1, 2],
          [3, -1],
        ]),
        [-1, -1],
        0.1,
      ),
    );
  });

  test('a batch of one row has no value, and gradient 0', (t) => {
    withoutAnchors(t, evaluated(loss, float32Rows([[1, 2]]), [0], 0.1));
  });

  test('stays finite and right at a temperature of 0.001', (t) => {
    const rows = float32Rows(
      Array.from({ length: 12 }, (_, i) =>
        Array.from({ length: 5 }, (_, d) => Math.sin(2.3 * i + 1.1 * d * d)),
      ),
    );
    const labels = Array.from({ length: 12 }, (_, i) => i % 3);
    const { value, gradient } = evaluated(loss, rows, labels, 0.001);
    const expected = lossReference(name, rows, labels, 0.001);
    // Similarities reach 1000, where float32 steps are 6e-5.
    near(t, [value], [expected.value], 1e-6);
    nearRows(t, gradient, expected.gradient, 1e-3);
  });

  test('stays finite with equal rows at a temperature of 0.001', (t) => {
    const rows = float32Rows(Array.from({ length: 6 }, () => [1, 2, 3]));
    const labels = [0, 0, 0, 1, 1, 1];
    const { value, gradient } = evaluated(loss, rows, labels, 0.001);
    near(t, [value], [lossReference(name, rows, labels, 0.001).value], 1e-4);
    t.true(gradient.flat().every(Number.isFinite));
  });

  test('the gradient equals differences of a float64 value', (t) => {
    const rows = float32Rows(
      Array.from({ length: 7 }, (_, i) =>
        Array.from({ length: 3 }, (_, d) => Math.cos(1.3 * i + 0.7 * d * i + d)),
      ),
    );
    const labels = [0, 1, 0, 2, 1, 0, 3];
    const { gradient } = evaluated(loss, rows, labels, 0.2);
    const value = (moved: Rows): number => lossReference(name, moved, labels, 0.2).value;
    // Central differences in float64 are right to 1e-8, float32 to 1e-6 of the similarities' size.
    nearRows(t, gradient, finiteDifferences(value, rows, 1e-6), 5e-6);
  });

  test('only some rows are anchors, the others are positives and negatives', (t) => {
    fc.assert(
      fc.property(batches, fc.integer({ min: 0, max: 1023 }), ({ rows, labels }, bits) => {
        const isAnchor = (i: number): boolean => ((bits >> (i % 10)) & 1) === 1;
        const flags = rows.map((_, i) => Number(isAnchor(i)));
        const withAnchors: Loss = (z, y, options) =>
          loss(z, y, { ...options, anchors: tf.tensor1d(flags) });
        const { value, gradient } = evaluated(withAnchors, rows, labels, 0.1);
        const expected = lossReference(name, rows, labels, 0.1, { isAnchor });
        assertWithin(value, expected.value, tolerance(0.1) * 10);
        for (const [i, row] of gradient.entries()) {
          for (const [d, x] of row.entries()) {
            assertWithin(x, expected.gradient[i]![d]!, tolerance(0.1) * 10);
          }
        }
      }),
      { seed: 6, numRuns: 40 },
    );
    t.pass();
  });

  test('takes any set of positive pairs, symmetric or not', (t) => {
    fc.assert(
      fc.property(batches, fc.infiniteStream(fc.boolean()), ({ rows }, coins) => {
        const mask = rows.map(() => rows.map(() => Number(coins.next().value)));
        const withMask: Loss = (z, _, options) => loss(z, tf.tensor2d(mask), options);
        const labels = rows.map(() => 0);
        const { value, gradient } = evaluated(withMask, rows, labels, 0.1);
        const isPositive = (i: number, j: number): boolean => mask[i]![j] === 1;
        const expected = lossReference(name, rows, labels, 0.1, { isPositive });
        assertWithin(value, expected.value, tolerance(0.1) * 10);
        for (const [i, row] of gradient.entries()) {
          for (const [d, x] of row.entries()) {
            assertWithin(x, expected.gradient[i]![d]!, tolerance(0.1) * 10);
          }
        }
      }),
      { seed: 7, numRuns: 40 },
    );
    t.pass();
  });

  test('a batch of one class is finite', (t) => {
    const rows = float32Rows(Array.from({ length: 5 }, (_, i) => [1, i, 2]));
    const labels = rows.map(() => 3);
    const { value, gradient } = evaluated(loss, rows, labels, 0.1);
    const expected = lossReference(name, rows, labels, 0.1);
    near(t, [value], [expected.value], tolerance(0.1));
    nearRows(t, gradient, expected.gradient, tolerance(0.1) * 10);
  });

  test('refuses masks that are not square', (t) => {
    const rows = float32Rows([
      [1, 2],
      [3, -1],
    ]);
    const withMask: Loss = (z, _, options) => loss(z, tf.ones<tf.Rank.R2>([2, 3]), options);
    t.throws(() => evaluated(withMask, rows, [0, 0], 0.1), {
      instanceOf: RangeError,
      message: /`positive` of shape `\[2, 2\]`.*got `\[2, 3\]`/u,
    });
  });

  test('refuses labels of another length and temperatures that are not above 0', (t) => {
    const rows = float32Rows([
      [1, 2],
      [3, -1],
    ]);
    t.throws(() => evaluated(loss, rows, [0], 0.1), {
      instanceOf: RangeError,
      message: /`labels` of shape `\[2\]`/u,
    });
    for (const temperature of [0, -1, NaN]) {
      t.throws(() => evaluated(loss, rows, [0, 0], temperature), {
        instanceOf: RangeError,
        message: /`temperature` to be above 0/u,
      });
    }
  });
}

function assertWithin(actual: number, expected: number, bound: number): void {
  if (Object.is(actual, expected)) return;
  if (!(Math.abs(actual - expected) <= bound)) {
    throw new Error(`Expected ${expected} within ${bound}, got ${actual}`);
  }
}

function withoutAnchors(
  t: ExecutionContext,
  { value, gradient }: { readonly value: number; readonly gradient: Rows },
): void {
  t.is(value, Number.NaN);
  t.true(gradient.flat().every((x) => Math.abs(x) === 0));
}
