import type { OnnxModel, OnnxNode, OnnxPort } from '../graph/onnx-model.ts';
import { int8Plan } from './int8-plan.ts';

/** Names of the outputs of a calibration model for one tensor. */
export interface RangePorts {
  readonly low: string;
  readonly high: string;
}

/** A float32 model that gives the range of each of its tensors, and nothing else. */
export interface RangeModel {
  readonly model: OnnxModel;
  /** In the order of the tensors of `int8Plan`. */
  readonly ports: readonly RangePorts[];
}

/** Calibration model of an encoder: minimum and maximum, scalars, of every tensor that is to be 8 bits wide. */
export function rangeModel(encoder: OnnxModel): RangeModel {
  const { tensors } = int8Plan(encoder);
  const ports = tensors.map((_, at) => ({ low: `low_${at}`, high: `high_${at}` }));
  const nodes = tensors.flatMap((tensor, at) => [
    extreme('ReduceMin', tensor, ports[at]!.low),
    extreme('ReduceMax', tensor, ports[at]!.high),
  ]);
  const outputs = ports.flatMap(({ low, high }) => [low, high].map(port));
  // What leads to the other outputs alone is dropped by the runtime.
  return { model: { ...encoder, nodes: [...encoder.nodes, ...nodes], outputs }, ports };
}

function extreme(op: string, tensor: string, output: string): OnnxNode {
  const attributes = { keepdims: { int: 0 } };
  return { domain: '', op, inputs: [tensor], outputs: [output], attributes };
}

function port(name: string): OnnxPort {
  return { name, type: 'float32', dims: [] };
}
