import type { OnnxModel, OnnxNode, OnnxPort } from '../graph/onnx-model.ts';
import { int8Plan } from './int8-plan.ts';

/** Names of the outputs of a calibration model for one tensor. */
export interface RangePorts {
  readonly low: string;
  readonly high: string;
}

/** A float32 model that gives the range of each of its tensors for each image, and nothing else. */
export interface RangeModel {
  readonly model: OnnxModel;
  /** In the order of the tensors of `int8Plan`. */
  readonly ports: readonly RangePorts[];
}

/** Every axis but that of the images. */
const places = [1, 2, 3];

/** Calibration model of an encoder: minimum and maximum, `[images]` each, of every tensor that is to be 8 bits wide. */
export function rangeModel(encoder: OnnxModel): RangeModel {
  const { tensors } = int8Plan(encoder);
  const batch = encoder.inputs[0]!.dims[0]!;
  const ports = tensors.map((_, at) => ({ low: `low_${at}`, high: `high_${at}` }));
  const nodes = tensors.flatMap((tensor, at) => [
    extreme('ReduceMin', tensor, ports[at]!.low),
    extreme('ReduceMax', tensor, ports[at]!.high),
  ]);
  const outputs = ports.flatMap(({ low, high }) => [low, high].map((name) => port(name, batch)));
  // What leads to the other outputs alone is dropped by the runtime.
  return { model: { ...encoder, nodes: [...encoder.nodes, ...nodes], outputs }, ports };
}

function extreme(op: string, tensor: string, output: string): OnnxNode {
  const attributes = { axes: { ints: places }, keepdims: { int: 0 } };
  return { domain: '', op, inputs: [tensor], outputs: [output], attributes };
}

function port(name: string, batch: number | string): OnnxPort {
  return { name, type: 'float32', dims: [batch] };
}
