import { GraphBuilder } from './graph/graph-builder.ts';
import { type LoweringTarget, standardTarget } from './graph/lowering-target.ts';
import { standardPlacement } from './placement.ts';
import { createSession, type Runtime, runSession } from './runtime.ts';

/** Shape of the probe: more channels than any block holds, and as few places as tell an order. */
const [channels, places] = [64, 2] as const;

/**
 * Lowering target of training steps on this processor: NCHWc, where this version of ONNX Runtime
 * has it here in the order that our lowerings assume; standard operators elsewhere.
 *
 * NCHWc is not part of ONNX, and its block size depends on the processor, so both are probed: a
 * tensor of its own indices is reordered and read back.
 */
export async function processorTarget(runtime: Runtime): Promise<LoweringTarget> {
  const graph = new GraphBuilder();
  const dims = [1, channels, 1, places];
  graph.input({ name: 'image', type: 'float32', dims });
  const value = graph.node('ReorderInput', ['image'], {}, 'com.microsoft.nchwc');
  const model = graph.finish([{ name: 'blocks', type: 'float32', dims, value }]);
  const numbers = Float32Array.from({ length: channels * places }, (_, at) => at);
  let stored: Float32Array;
  try {
    const session = await createSession(runtime, model, standardPlacement(1));
    const image = new runtime.Tensor('float32', numbers, dims);
    const outputs = await runSession(session, { image });
    // The output that was declared above.
    stored = outputs['blocks']!.data as Float32Array;
    await session.release();
  } catch {
    // A runtime without these operators is as right as one with them, only slower.
    return standardTarget;
  }
  const size = stored.indexOf(1);
  const isBlocks = stored.every((number, at) => {
    const [block, place, channel] = [
      Math.floor(at / (size * places)),
      Math.floor(at / size) % places,
      at % size,
    ];
    return number === (block * size + channel) * places + place;
  });
  return size > 1 && isBlocks ? { kind: 'nchwc', size } : standardTarget;
}
