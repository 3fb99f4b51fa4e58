import test from 'ava';
import { infoNceLoss } from '../../../operators/loss/infonce-loss.ts';
import { supconLoss } from '../../../operators/loss/supcon-loss.ts';
import { tf } from '../../../operators/tensor/tf.ts';
import { evaluated } from '../../contract/contrastive-loss-contract.ts';
import { goldenRows, type Rows, lossReference } from '../../helpers/loss-reference.ts';
import { near, nearRows } from '../../helpers/tensors.ts';

function infoNce(rows: Rows, views: number): ReturnType<typeof evaluated> {
  return evaluated(
    (z, _, { temperature }) => infoNceLoss(z, { temperature, views }),
    rows,
    rows.map(() => 0),
    0.1,
  );
}

// Official code (tufts-ml/SupContrast, `revised_losses.py`), PyTorch 2.13, float64.
test('two views equal the official code, SimCLR, and SupCon with images as classes', (t) => {
  const z = goldenRows();
  const rows = [0, 4, 1, 5, 2, 6, 3, 7].map((i) => z[i]!);
  const { value, gradient } = infoNce(rows, 2);
  near(t, [value], [8.971652535657], 5e-7);
  const simclr = evaluated(supconLoss, rows, [0, 0, 1, 1, 2, 2, 3, 3], 0.1);
  near(t, [value], [simclr.value], 5e-7);
  nearRows(t, gradient, simclr.gradient, 2e-6);
});

test('three views equal the official code', (t) => {
  const z = goldenRows();
  const rows = [0, 2, 4, 1, 3, 5].map((i) => z[i]!);
  const { value, gradient } = infoNce(rows, 3);
  near(t, [value], [10.86234539581], 5e-7);
  nearRows(t, gradient, lossReference('sincere', rows, [0, 0, 0, 1, 1, 1], 0.1).gradient, 2e-6);
});

test('refuses views that do not make whole images', (t) => {
  for (const views of [1, 3, 1.5, NaN]) {
    t.throws(() => infoNceLoss(tf.zeros([8, 2]), { temperature: 0.1, views }), {
      instanceOf: RangeError,
      message: /`views` to be an integer of at least 2 that divides `8` rows/u,
    });
  }
});
