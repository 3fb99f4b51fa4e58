import test from 'ava';
import { processorTarget } from '../../../operators/onnx/processor-target.ts';
import { loadRuntime, type Runtime } from '../../../operators/onnx/runtime.ts';

test('the blocks of this processor are 8 or 16 channels, where there are any', async (t) => {
  const target = await processorTarget(await loadRuntime());
  t.log(target);
  t.true(target.kind === 'standard' || (target.kind === 'nchwc' && [8, 16].includes(target.size)));
});

/** A runtime that answers the question with these numbers. */
async function answering(numbers: (at: number) => number): Promise<Runtime> {
  const { InferenceSession, Tensor } = await loadRuntime();
  const create = async (): Promise<unknown> => ({
    run: async () => {
      const data = Float32Array.from({ length: 128 }, (_, at) => numbers(at));
      return { blocks: new Tensor('float32', data, [1, 64, 1, 2]) };
    },
    release: async () => undefined,
  });
  // Of a session only what is used here.
  return { InferenceSession: { ...InferenceSession, create }, Tensor } as unknown as Runtime;
}

test('any other order, and no operator, mean standard operators', async (t) => {
  // Channels are 2 apart in row-major order: blocks of 8 hold 8 of the first place, then 8 of the second.
  const inBlocks = (at: number): number =>
    2 * (8 * Math.floor(at / 16) + (at % 8)) + (Math.floor(at / 8) % 2);
  t.deepEqual(await processorTarget(await answering(inBlocks)), { kind: 'nchwc', size: 8 });
  const swapped = (at: number): number => inBlocks(at === 40 ? 41 : at === 41 ? 40 : at);
  t.deepEqual(await processorTarget(await answering(swapped)), { kind: 'standard' });
  t.deepEqual(await processorTarget(await answering((at) => at)), { kind: 'standard' });
  t.deepEqual(await processorTarget(await answering(() => 0)), { kind: 'standard' });

  const { InferenceSession, Tensor } = await loadRuntime();
  const create = async (): Promise<never> => {
    throw new Error('com.microsoft.nchwc is not a registered domain');
  };
  const without = { InferenceSession: { ...InferenceSession, create }, Tensor };
  t.deepEqual(await processorTarget(without as unknown as Runtime), { kind: 'standard' });
});
