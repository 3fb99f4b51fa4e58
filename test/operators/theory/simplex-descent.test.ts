import test from 'ava';
import { sincereLoss } from '../../../operators/loss/sincere-loss.ts';
import { supconLoss } from '../../../operators/loss/supcon-loss.ts';
import { seededRandom } from '../../../operators/random.ts';
import { simplexLoss } from '../../../operators/theory/simplex.ts';
import { simplexDescent, type TensorLoss } from '../../../operators/theory/simplex-descent.ts';
import { tf } from '../../../operators/tensor/tf.ts';
import { dot } from '../../helpers/loss-reference.ts';

const size = { classes: 3, perClass: 3 };
const temperature = 0.5;
const pause = async (): Promise<void> => {};
const options = { ...size, temperature, dim: 4, steps: 150, learningRate: 3, pause };

// All serial: the number of tensors is one for the process.
const reaches = test.macro({
  title: (_, name: string) =>
    `${name} ends at a simplex of collapsed classes, without tensors left`,
  async exec(t, name: 'sincere' | 'supcon', loss: TensorLoss) {
    const before = tf.memory().numTensors;
    const { rows, labels, loss: value } = await simplexDescent(loss, options, seededRandom('a'));
    t.is(tf.memory().numTensors, before);
    t.is(tf.getBackend(), 'cpu');
    // float32 sums of a dozen exponentials.
    t.true(Math.abs(value - simplexLoss(name, size, temperature)) < 2e-6, `${value}`);
    for (const [i, a] of rows.entries()) {
      for (const [j, b] of rows.entries()) {
        t.true(Math.abs(dot(a, b) - (labels[i] === labels[j] ? 1 : -0.5)) < 1e-5);
      }
    }
  },
});

test.serial(reaches, 'sincere', sincereLoss);
test.serial(reaches, 'supcon', supconLoss);

test.serial('starts elsewhere, at a higher loss', async (t) => {
  const start = { ...options, steps: 0 };
  const { loss } = await simplexDescent(sincereLoss, start, seededRandom('a'));
  t.true(loss > simplexLoss('sincere', size, temperature) + 0.1);
});

test.serial('another loss does not end there', async (t) => {
  // Pulls every row towards every other.
  const attraction: TensorLoss = (projection) =>
    tf.tidy(() => tf.neg(tf.mean(tf.matMul(projection, projection, false, true))));
  const { rows } = await simplexDescent(attraction, options, seededRandom('a'));
  t.true(dot(rows[0]!, rows[1]!) > 0.99);
});

test.serial('frees everything when it is ended by a pause or a loss that throws', async (t) => {
  const before = tf.memory().numTensors;
  let steps = 0;
  const enough = async (): Promise<void> => {
    steps += 1;
    if (steps > 3) throw new Error('enough');
  };
  await t.throwsAsync(
    simplexDescent(sincereLoss, { ...options, pause: enough }, seededRandom('a')),
    { message: 'enough' },
  );
  await t.throwsAsync(
    simplexDescent(sincereLoss, { ...options, temperature: 0 }, seededRandom('a')),
    { instanceOf: RangeError },
  );
  t.is(tf.memory().numTensors, before);
});
