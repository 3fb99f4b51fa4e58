import { tf } from './tf.ts';

/** A second way out of a scope that returns one tensor only. */
export interface Aside<T extends Readonly<Record<string, tf.Tensor>>> {
  /** Inside the scope: puts tensors where its end does not free them. Called once. */
  leave(tensors: T): void;
  /** Around the scope: hands them to the current `tf.tidy`. Called once, after `leave`. */
  take(): T;
  /** Frees what was left and not taken, for when the scope threw. */
  dispose(): void;
}

/**
 * Carries tensors past `tf.valueAndGrads` and the forward function of `tf.customGrad`, which both free
 * everything that is not their single result. No gradient flows along this path.
 */
export function aside<T extends Readonly<Record<string, tf.Tensor>>>(): Aside<T> {
  let left: T | undefined;
  const dispose = (): void => {
    if (left !== undefined) tf.dispose(left);
    left = undefined;
  };
  return {
    leave(tensors) {
      // A clone, because the tensor itself may also be the scope's result or one of its inputs.
      const kept = Object.entries(tensors).map(([name, tensor]) => [name, tf.keep(tensor.clone())]);
      // The names are those of `T`, so this is a `T` again.
      left = Object.fromEntries(kept) as T;
    },
    take() {
      if (left === undefined) throw new Error('Expected `leave` before `take`');
      const taken = Object.fromEntries(
        Object.entries(left).map(([name, tensor]) => [name, tensor.clone()]),
      ) as T;
      dispose();
      return taken;
    },
    dispose,
  };
}
