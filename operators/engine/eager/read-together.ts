import { tf, type TensorsByName } from '../../tensor/tf.ts';

/**
 * Values of small tensors, read back from the backend in one go: each read waits for everything before it.
 *
 * @param tensors Float32. Borrowed.
 */
export function readTogether(tensors: TensorsByName): Readonly<Record<string, Float32Array>> {
  const named = Object.entries(tensors);
  const joined = tf.tidy(() => tf.concat(named.map(([, tensor]) => tf.reshape(tensor, [-1]))));
  // Of float32 tensors.
  const values = joined.dataSync() as Float32Array;
  joined.dispose();
  let first = 0;
  const parts = named.map(([name, { size }]) => {
    first += size;
    return [name, values.slice(first - size, first)] as const;
  });
  return Object.fromEntries(parts);
}
