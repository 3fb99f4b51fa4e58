import type { tf, TensorsByName } from '../tensor/tf.ts';

/** The tensor of a name. @throws {TypeError} When `what` does not hold it. */
export function namedTensor(what: string, tensors: TensorsByName, name: string): tf.Tensor {
  const tensor = tensors[name];
  if (tensor === undefined) throw new TypeError(`Expected \`${what}\` to hold \`${name}\``);
  return tensor;
}
