/**
 * The one TensorFlow.js of the process: `tf.relu(x)` for values, `tf.Tensor2D` for types.
 *
 * Imported as the whole package, because `tfjs-core` alone registers no gradients and no CPU kernels.
 */
import * as tf from '@tensorflow/tfjs';

// The CPU backend greets with a banner at its first use, and this is the switch the package offers
// against it. It silences other warnings too, so check what `tf.setBackend` returns.
tf.enableProdMode();

export { tf };

/** Tensors by name, borrowed. */
export type TensorsByName = Readonly<Record<string, tf.Tensor>>;
