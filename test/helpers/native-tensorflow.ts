import test from 'ava';
import {
  type FoundTensorflow,
  probeTensorflow,
} from '../../operators/engine/tensorflow/probe-tensorflow.ts';
import {
  TensorflowFailure,
  type TensorflowFailureKind,
} from '../../operators/engine/tensorflow/tensorflow-failure.ts';

/** Reasons that mean that nobody has set it up. */
const notSetUp: ReadonlySet<TensorflowFailureKind> = new Set(['absent', 'addon']);

/**
 * Declares tests on the real library where it is set up, one that says why where it is not, and one that fails where it
 * is set up and does not work.
 *
 * To be awaited before any other test of the file is declared: AVA takes none that is declared later.
 */
export async function whereTensorflowIs(declare: (found: FoundTensorflow) => void): Promise<void> {
  try {
    declare(await probeTensorflow());
  } catch (error) {
    if (!(error instanceof TensorflowFailure)) throw error;
    if (notSetUp.has(error.kind)) {
      test('the real TensorFlow is not set up here', (t) => {
        t.log(error.message);
        t.pass();
      });
    } else {
      test('the real TensorFlow, which is set up here, works', (t) => t.fail(error.message));
    }
  }
}
