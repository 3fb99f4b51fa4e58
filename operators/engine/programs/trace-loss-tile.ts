import { lossTile, tileInputs, type TileSpec } from '../../loss/loss-tile.ts';
import type { LoweringTarget } from '../../onnx/graph/lowering-target.ts';
import type { OnnxModel } from '../../onnx/graph/onnx-model.ts';
import { traceModel } from '../../onnx/trace.ts';

/** `lossTile` as a model: the inputs of `tileInputs`, the outputs of `lossTile`, by the same names. */
export function traceLossTile(spec: TileSpec, target: LoweringTarget): OnnxModel {
  return traceModel(tileInputs(spec), (tensors) => lossTile(spec, tensors), { target });
}
