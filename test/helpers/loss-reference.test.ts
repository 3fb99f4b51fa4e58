import test from 'ava';
import {
  finiteDifferences,
  frobenius,
  goldenRows,
  lossReference,
  normalised,
} from './loss-reference.ts';
import { seededRandom } from '../../operators/random.ts';

const labels = [0, 0, 0, 1, 1, 2, 2, 2];

// From the official code of SINCERE (tufts-ml/SupContrast, `revised_losses.py` and `losses.py`) in
// PyTorch 2.13, float64: value of SINCERE and SupCon, Frobenius norms of their gradients.
const official = [
  [1, 2.266728157539, 2.348669225552, 0.5338728406, 0.5094216004],
  [0.1, 10.75284408473, 10.760791513924, 9.4802488232, 9.4414661058],
  [0.05, 21.372968142016, 21.374327807782, 19.3827481177, 19.3671705198],
] as const;

for (const [temperature, sincere, supcon, sincereNorm, supconNorm] of official) {
  test(`equals the official code at temperature ${temperature}`, (t) => {
    const rows = goldenRows();
    for (const [name, value, norm] of [
      ['sincere', sincere, sincereNorm],
      ['supcon', supcon, supconNorm],
    ] as const) {
      const reference = lossReference(name, rows, labels, temperature);
      // The official numbers are printed with 12 and 10 decimals.
      t.true(Math.abs(reference.value - value) < 1e-11, name);
      t.true(Math.abs(frobenius(reference.gradient) - norm) < 1e-9, name);
    }
  });
}

for (const name of ['sincere', 'supcon'] as const) {
  test(`the gradient of ${name} equals central differences`, (t) => {
    const random = seededRandom('loss-reference', name);
    const rows = normalised(
      Array.from({ length: 9 }, () => Array.from({ length: 3 }, () => random.normal())),
    );
    const classes = [0, 1, 0, 2, 1, 0, 3, -1, 2];
    const value = (moved: readonly (readonly number[])[]): number =>
      lossReference(name, moved, classes, 0.2).value;
    const { gradient } = lossReference(name, rows, classes, 0.2);
    const expected = finiteDifferences(value, rows, 1e-5);
    for (const [i, row] of gradient.entries()) {
      for (const [d, x] of row.entries()) {
        // Error of the differences: third derivative (of the order of 1 / temperature³) times step² / 6.
        t.true(Math.abs(x - expected[i]![d]!) < 1e-7, `row ${i}, column ${d}`);
      }
    }
  });
}
