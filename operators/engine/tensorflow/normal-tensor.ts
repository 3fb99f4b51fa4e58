import { seededRandom } from '../../random.ts';
import { tf } from '../../tensor/tf.ts';

/** Standard normal numbers, the same for the same name. Owned by the caller. */
export function normalTensor(name: string, shape: readonly number[]): tf.Tensor {
  const random = seededRandom('self-test', name);
  const length = tf.util.sizeFromShape([...shape]);
  return tf.tensor(
    Float32Array.from({ length }, () => random.normal()),
    [...shape],
  );
}
