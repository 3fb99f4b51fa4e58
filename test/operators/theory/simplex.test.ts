import test from 'ava';
import fc from 'fast-check';
import { plainLoss } from '../../../operators/theory/plain-loss.ts';
import { simplexCosine, simplexLoss, simplexPoints } from '../../../operators/theory/simplex.ts';
import { dot, goldenRows, lossReference, normalised } from '../../helpers/loss-reference.ts';

const sizes = fc.record({
  classes: fc.integer({ min: 2, max: 6 }),
  perClass: fc.integer({ min: 2, max: 4 }),
});
const temperatures = fc.double({ min: 0.05, max: 2, noNaN: true });

test('rows have length 1 and the cosine of a simplex', (t) => {
  const { rows, labels } = simplexPoints({ classes: 5, perClass: 2 });
  t.is(rows.length, 10);
  for (const [i, a] of rows.entries()) {
    for (const [j, b] of rows.entries()) {
      const cosine = labels[i] === labels[j] ? 1 : simplexCosine(5);
      t.true(Math.abs(dot(a, b) - cosine) < 1e-15);
    }
  }
});

test('the closed form is the loss of a simplex', (t) => {
  fc.assert(
    fc.property(sizes, temperatures, (size, temperature) => {
      const { rows, labels } = simplexPoints(size);
      return (['sincere', 'supcon'] as const).every((loss) => {
        const { value } = lossReference(loss, rows, labels, temperature);
        const closed = simplexLoss(loss, size, temperature);
        // Similarities up to 1 / 0.05 = 20, rounded in float64.
        return Math.abs(closed - value) <= 1e-13;
      });
    }),
    { seed: 1 },
  );
  t.pass();
});

test('SupCon counts the positives of an anchor, not the rows of a class', (t) => {
  // Where negatives weigh nothing, the logarithm of the number of positives remains.
  t.is(simplexLoss('supcon', { classes: 2, perClass: 5 }, 1e-3), Math.log(4));
  t.is(simplexLoss('supcon', { classes: 2, perClass: 2 }, 1e-3), 0);
  t.is(simplexLoss('sincere', { classes: 2, perClass: 5 }, 1e-3), 0);
});

test('no placement of rows is below it', (t) => {
  const placed = sizes.chain((size) =>
    fc.record({
      size: fc.constant(size),
      numbers: fc.array(fc.double({ min: -1, max: 1, noNaN: true }), {
        minLength: size.classes * size.perClass * 6,
        maxLength: size.classes * size.perClass * 6,
      }),
      spread: fc.constantFrom(1e-3, 0.1, 10),
      temperature: temperatures,
    }),
  );
  fc.assert(
    fc.property(placed, ({ size, numbers, spread, temperature }) => {
      const { rows, labels } = simplexPoints(size);
      const moved = normalised(
        rows.map((row, i) => row.map((x, d) => x + spread * numbers[i * 6 + d]!)),
      );
      return (['sincere', 'supcon'] as const).every(
        (loss) =>
          plainLoss(loss, { rows: moved, labels }, temperature) >=
          simplexLoss(loss, size, temperature) - 1e-13,
      );
    }),
    { seed: 2 },
  );
  t.pass();
});

test('the plain loss equals the reference', (t) => {
  const rows = goldenRows();
  const labels = [0, 0, 0, 1, 1, 2, 2, 2];
  for (const loss of ['sincere', 'supcon'] as const) {
    const { value } = lossReference(loss, rows, labels, 0.1);
    t.true(Math.abs(plainLoss(loss, { rows, labels }, 0.1) - value) < 1e-13);
  }
  // Official code (tufts-ml/SupContrast), float64.
  t.true(Math.abs(plainLoss('sincere', { rows, labels }, 0.1) - 10.75284408473) < 1e-11);
});
