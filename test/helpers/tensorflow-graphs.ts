import { loadTensorflow } from '../../operators/engine/tensorflow/load-tensorflow.ts';
import { TensorflowFailure } from '../../operators/engine/tensorflow/tensorflow-failure.ts';
import { tensorflowPackage } from '../../operators/engine/tensorflow/tensorflow-package.ts';
import { nativeBinding } from '../../operators/tensorflow/native-backend.ts';
import type { NativeBinding } from '../../operators/tensorflow/native-binding.ts';
import { tf } from '../../operators/tensor/tf.ts';

/** TensorFlow in this process, loaded before any test is declared; the reason where it is not set up. */
export const nativeTensorflow: NativeBinding | string = await loaded();

async function loaded(): Promise<NativeBinding | string> {
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2';
  try {
    await loadTensorflow(tensorflowPackage);
    const binding = nativeBinding();
    await tf.setBackend('cpu');
    return binding;
  } catch (error) {
    const isMissing =
      error instanceof TensorflowFailure && ['absent', 'addon'].includes(error.kind);
    // What is set up and does not work is a fault.
    if (!isMissing) throw error;
    return `not tried on TensorFlow: ${error.message}`;
  }
}
