import test from 'ava';
import fc from 'fast-check';
import {
  dcl,
  epsSupInfoNce,
  type LossForm,
  sincere,
  supcon,
} from '../../../operators/loss/loss-forms.ts';
import { lossForm } from '../../../operators/loss/loss-forms.ts';
import { tf } from '../../../operators/tensor/tf.ts';
import { batches, float32Rows } from '../../contract/contrastive-loss-contract.ts';
import { similarityGradientOf } from '../../helpers/similarity-gradient.ts';
import { usualLosses } from '../../helpers/loss-specs.ts';
import { near } from '../../helpers/tensors.ts';

const forms: Readonly<Record<string, LossForm>> = Object.fromEntries(
  usualLosses(1).map((spec) => [spec.name, lossForm(spec)]),
);

const isPair = (labels: readonly number[], i: number, j: number): boolean =>
  i !== j && labels[i]! >= 0 && labels[i] === labels[j];

for (const [name, form] of Object.entries(forms)) {
  test(`${name}: the pull is the derivative of the value`, (t) => {
    const x = [-30, -8, -2, -0.5, 0, 0.5, 2, 8, 30];
    const h = 1e-3;
    const [pull, above, below] = tf.tidy(() => {
      const at = (moved: number): tf.Tensor2D => tf.tensor2d([x.map((value) => value + moved)]);
      return [form.pull(at(0)), form.value(at(h)), form.value(at(-h))].map((y) =>
        Array.from(y.dataSync()),
      );
    }) as [number[], number[], number[]];
    const differences = above.map((y, index) => (y - below[index]!) / (2 * h));
    // float32 values of up to 30 differ by 2e-6 / 2e-3 at least.
    near(t, pull, differences, 2e-3);
    t.true(pull.every((p) => p >= 0 && p <= 1));
  });

  test(`${name}: no negative is ever pulled, and each row of G sums to 0`, (t) => {
    fc.assert(
      fc.property(batches, ({ rows, labels }) => {
        const G = similarityGradientOf(form, rows, labels, 0.1);
        return G.every(
          (row, i) =>
            // Entries are at most 1; a float32 sum of a dozen of them.
            Math.abs(row.reduce((sum, x) => sum + x, 0)) < 2e-6 &&
            row.every((x, j) => x >= 0 || isPair(labels, i, j)),
        );
      }),
      { seed: 5, numRuns: 60 },
    );
    t.pass();
  });
}

for (const name of ['sincere', 'eps-sup-infonce', 'dcl'] as const) {
  test(`${name}: no positive is ever pushed away`, (t) => {
    fc.assert(
      fc.property(batches, ({ rows, labels }) => {
        const G = similarityGradientOf(forms[name]!, rows, labels, 0.1);
        return G.every((row, i) => row.every((x, j) => x <= 0 || !isPair(labels, i, j)));
      }),
      { seed: 3, numRuns: 60 },
    );
    t.pass();
  });
}

test('supcon: pushes a positive away that is closer than an equal share', (t) => {
  // Two positives of row 0: row 1 at the same place, row 2 far; one negative.
  const rows = float32Rows([
    [1, 0],
    [1, 0],
    [0, 1],
    [-1, 0],
  ]);
  const G = similarityGradientOf(supcon, rows, [0, 0, 0, 1], 0.1);
  t.true(G[0]![1]! > 0);
  t.true(G[0]![2]! < 0);
});

test('pulls keep their digits where they are tiny', (t) => {
  const pull = tf.tidy(() => [...sincere.pull(tf.tensor2d([[-25, -16, -60]])).dataSync()]);
  near(t, pull.slice(0, 1), [Math.exp(-25)], 1e-5);
  near(t, pull.slice(1, 2), [Math.exp(-16)], 1e-5);
  near(t, pull.slice(2), [Math.exp(-60)], 1e-5);
});

test('names stand for forms', (t) => {
  const temperature = 0.1;
  t.is(lossForm({ name: 'sincere', temperature }), sincere);
  t.is(lossForm({ name: 'infonce', temperature }), sincere);
  t.is(lossForm({ name: 'supcon', temperature }), supcon);
  t.is(lossForm({ name: 'dcl', temperature }), dcl);
  const [form, same] = [
    lossForm({ name: 'eps-sup-infonce', temperature, epsilon: 0.5 }),
    epsSupInfoNce(0.5),
  ].map(({ value }) => tf.tidy(() => [...value(tf.tensor2d([[-1, 0, 2]])).dataSync()]));
  t.deepEqual(form, same);
  // A name from outside the type, as a configuration file may hold.
  const unknown = { name: 'triplet', temperature } as unknown as Parameters<typeof lossForm>[0];
  t.throws(() => lossForm(unknown), { instanceOf: RangeError, message: /`.*triplet.*`/u });
});
