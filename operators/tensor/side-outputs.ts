import { tf } from './tf.ts';

/** Auxiliary outputs of a scope that can return one tensor only. */
export interface SideOutputs<T extends Readonly<Record<string, tf.Tensor>>> {
  /** Inside the scope: keeps tensors where its end does not free them. Called once. */
  stash(tensors: T): void;
  /** Around the scope: hands them to the current `tf.tidy`. Called once, after `stash`. */
  take(): T;
  /** Frees what was stashed and not taken, for when the scope threw. */
  dispose(): void;
}

/**
 * Auxiliary outputs (`has_aux` of JAX) of `tf.valueAndGrads` and of the forward function of `tf.customGrad`, which both
 * free everything that is not their single result. No gradient flows along this path.
 */
export function sideOutputs<T extends Readonly<Record<string, tf.Tensor>>>(): SideOutputs<T> {
  let stashed: T | undefined;
  const dispose = (): void => {
    if (stashed !== undefined) tf.dispose(stashed);
    stashed = undefined;
  };
  return {
    stash(tensors) {
      // A clone, because the tensor itself may also be the scope's result or one of its inputs.
      const kept = Object.entries(tensors).map(([name, tensor]) => [name, tf.keep(tensor.clone())]);
      // The names are those of `T`, so this is a `T` again.
      stashed = Object.fromEntries(kept) as T;
    },
    take() {
      if (stashed === undefined) throw new Error('Expected `stash` before `take`');
      const taken = Object.fromEntries(
        Object.entries(stashed).map(([name, tensor]) => [name, tensor.clone()]),
      ) as T;
      dispose();
      return taken;
    },
    dispose,
  };
}
