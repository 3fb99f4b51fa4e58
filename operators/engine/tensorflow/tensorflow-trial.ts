import { messageOf } from '../../errors.ts';
import { type LoadedTensorflow, loadTensorflow } from './load-tensorflow.ts';
import { layerTime } from './layer-time.ts';
import { nativeBackend, runsOperators } from '../../tensorflow/native-backend.ts';
import { selfTest } from './self-test.ts';
import { TensorflowFailure, type TensorflowFailureKind } from './tensorflow-failure.ts';
import { tensorflowBackend } from './tensorflow-package.ts';

// Runs in a process of its own (`probeTensorflow`), because a native library may crash it, or never answer.

/** Message of a trial; one each. */
export type TrialNews =
  | { readonly loaded: LoadedTensorflow; readonly layerMs: number | undefined }
  | { readonly failed: { readonly kind: TensorflowFailureKind; readonly detail: string } };

async function tried(from: string): Promise<TrialNews> {
  try {
    const loaded = await loadTensorflow(from);
    await selfTest(tensorflowBackend);
    // Only the kernels of a processor are chosen from.
    const isTimed = !loaded.usesGpu && runsOperators(nativeBackend());
    return { loaded, layerMs: isTimed ? layerTime() : undefined };
  } catch (error) {
    if (error instanceof TensorflowFailure) {
      return { failed: { kind: error.kind, detail: error.detail } };
    }
    return { failed: { kind: 'broken', detail: `its trial failed: ${messageOf(error)}` } };
  }
}

// Only where `probeTensorflow` has started it.
if (process.send !== undefined) {
  // Written by `probeTensorflow`.
  const { from } = JSON.parse(process.argv[3]!) as { from: string };
  process.send(await tried(from));
  process.disconnect();
}
