import type { ContrastiveLossOptions } from '../loss/contrastive-loss.ts';
import { PipelineError } from '../errors.ts';
import type { Random } from '../random.ts';
import { tf } from '../tensor/tf.ts';
import type { LabelledPoints, SimplexSize } from './simplex.ts';

/** A loss as the trainers use it. */
export type TensorLoss = (
  projection: tf.Tensor2D,
  labels: tf.Tensor1D,
  options: ContrastiveLossOptions,
) => tf.Scalar;

/** Options of the descent. */
export interface SimplexDescentOptions extends SimplexSize, ContrastiveLossOptions {
  /** Length of a row, at least `classes − 1`. */
  readonly dim: number;
  readonly steps: number;
  readonly learningRate: number;
  /** Awaited after every step. */
  readonly pause: () => Promise<void>;
}

/** Result of the descent. */
export interface DescendedPoints extends LabelledPoints {
  /** Value of the loss there, in nats. */
  readonly loss: number;
}

/**
 * Riemannian gradient descent: minimises a loss over free unit rows on the sphere, from random
 * places: each step goes along the gradient without its radial part and back to length 1.
 *
 * Gradients are those of TensorFlow.js on its `cpu` backend, which becomes the backend of the process;
 * the rows are kept in float64 between steps. Leaves no tensors behind.
 *
 * @throws {PipelineError} `ERR_ENGINE` when the backend does not start.
 */
export async function simplexDescent(
  loss: TensorLoss,
  options: SimplexDescentOptions,
  random: Random,
): Promise<DescendedPoints> {
  const { classes, perClass, dim, temperature, steps, learningRate, pause } = options;
  const labels = Array.from({ length: classes * perClass }, (_, row) => row % classes);
  let rows = labels.map(() => unit(Array.from({ length: dim }, () => random.normal())));
  for (let step = 0; step < steps; step += 1) {
    await pause();
    await useCpu();
    const { gradient } = valueAndGradient(loss, rows, labels, temperature);
    rows = rows.map((row, at) => moved(row, gradient[at]!, learningRate));
  }
  await useCpu();
  return { rows, labels, loss: valueAndGradient(loss, rows, labels, temperature).value };
}

/** The backend is a setting of the whole process, and something else may have changed it meanwhile. */
async function useCpu(): Promise<void> {
  if (tf.getBackend() === 'cpu') return;
  if (!(await tf.setBackend('cpu'))) {
    throw new PipelineError('ERR_ENGINE', 'The `cpu` backend of `@tensorflow/tfjs` did not start');
  }
}

function valueAndGradient(
  loss: TensorLoss,
  rows: readonly (readonly number[])[],
  labels: readonly number[],
  temperature: number,
): { readonly value: number; readonly gradient: readonly (readonly number[])[] } {
  const taken = tf.tidy(() => {
    const classes = tf.tensor1d([...labels], 'int32');
    const of = (projection: tf.Tensor): tf.Scalar =>
      loss(projection as tf.Tensor2D, classes, { temperature });
    const { value, grad } = tf.valueAndGrad(of)(tf.tensor2d(rows.map((row) => [...row])));
    return { value, grad: grad as tf.Tensor2D };
  });
  const found = { value: taken.value.dataSync()[0]!, gradient: taken.grad.arraySync() };
  tf.dispose(taken);
  return found;
}

function moved(
  row: readonly number[],
  gradient: readonly number[],
  learningRate: number,
): number[] {
  const radial = row.reduce((sum, value, axis) => sum + value * gradient[axis]!, 0);
  return unit(row.map((value, axis) => value - learningRate * (gradient[axis]! - radial * value)));
}

function unit(row: readonly number[]): number[] {
  const length = Math.hypot(...row);
  return row.map((value) => value / length);
}
