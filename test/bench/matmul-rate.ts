import { GraphBuilder } from '../../operators/onnx/graph/graph-builder.ts';
import { placementOn } from '../../operators/onnx/placement.ts';
import { createSession, loadRuntime, runSession } from '../../operators/onnx/runtime.ts';

/** Side of the matrices: large enough that everything else does not count, and a tenth of a second on two cores. */
const size = 2048;

/** GFLOP/s of a product of float32 matrices in ONNX Runtime on the processor, the best of eight after a warm-up. */
export async function matmulRate(threads: number): Promise<number> {
  const runtime = await loadRuntime();
  const graph = new GraphBuilder();
  const dims = [size, size];
  graph.input({ name: 'a', type: 'float32', dims });
  graph.input({ name: 'b', type: 'float32', dims });
  const value = graph.node('MatMul', ['a', 'b']);
  const model = graph.finish([{ name: 'c', type: 'float32', dims, value }]);
  const session = await createSession(runtime, model, placementOn({ device: 'cpu', threads }));
  const matrix = (step: number): Float32Array =>
    Float32Array.from({ length: size * size }, (_, at) => ((at * step) % 101) / 101);
  const [a, b] = [7, 11].map((step) => new runtime.Tensor('float32', matrix(step), dims));
  const ms: number[] = [];
  for (let time = 0; time < 9; time += 1) {
    const start = performance.now();
    await runSession(session, { a: a!, b: b! });
    ms.push(performance.now() - start);
  }
  await session.release();
  return (2 * size ** 3) / 1e6 / Math.min(...ms.slice(1));
}
