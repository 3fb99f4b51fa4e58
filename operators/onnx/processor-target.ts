import { GraphBuilder } from './graph/graph-builder.ts';
import { type LoweringTarget, standardTarget } from './graph/lowering-target.ts';
import { standardPlacement } from './placement.ts';
import { createSession, type Runtime, runSession } from './runtime.ts';

/** More channels than any block holds, and as few places as tell an order. */
const [channels, places] = [64, 2] as const;

/**
 * What training steps on this processor are written in: images in blocks of channels, where this version of ONNX
 * Runtime on this processor has them in the order that our lowerings assume, standard operators elsewhere.
 *
 * Blocks are not part of ONNX, and how many channels they hold depends on the processor, so they are found out by
 * looking at what becomes of numbers that say where they were.
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
