import type { ExecutionContext } from 'ava';
import type { LoweringTarget } from '../../operators/onnx/graph/lowering-target.ts';
import { processorTarget } from '../../operators/onnx/processor-target.ts';
import { loadRuntime } from '../../operators/onnx/runtime.ts';

/** The channel blocks of this processor; says why where it has none, and the test has nothing to look at. */
export async function nchwcTarget(
  t: ExecutionContext,
): Promise<Extract<LoweringTarget, { kind: 'nchwc' }> | undefined> {
  const target = await processorTarget(await loadRuntime());
  if (target.kind === 'nchwc') return target;
  t.log('not run: ONNX Runtime has no channel blocks on this processor');
  t.pass();
  return undefined;
}
