import { lossTile, tileInputs, type TileSpec } from '../../loss/loss-tile.ts';
import type { LoweringTarget } from '../../onnx/graph/lowering-target.ts';
import { trace } from '../../onnx/trace.ts';

/** `lossTile` as an ONNX model: the inputs of `tileInputs`, the outputs of `lossTile`, by the same names. */
export function traceLossTile(spec: TileSpec, target: LoweringTarget): Uint8Array {
  return trace(tileInputs(spec), (tensors) => lossTile(spec, tensors), { target });
}
