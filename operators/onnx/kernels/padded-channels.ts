import type { GraphBuilder } from '../graph/graph-builder.ts';

/**
 * Channel padding: image and filter of a convolution, with zero inputs behind the others where a
 * device needs them.
 *
 * The WebGPU provider of ONNX Runtime 1.30 reads images in vectors of 4, 3 or 1 inputs. With 3 it gives wrong
 * values: swept over 1 to 36 inputs and 1 to 16 outputs, filters of 3 × 3 and 7 × 7 are off wherever the inputs are a
 * multiple of 3 but not of 4, more than 3, and the outputs a multiple of 4; filters of 1 × 1 and transposed
 * convolutions are right. A processor or a later version loses nothing but the zeros.
 *
 * @param inputs How many there are.
 */
export function readableInputs(
  graph: GraphBuilder,
  image: string,
  filter: string,
  inputs: number,
): [image: string, filter: string] {
  if (graph.target.kind !== 'portable' || isRead(inputs)) return [image, filter];
  // Both have their inputs on the second axis.
  const pads = graph.integers([0, 0, 0, 0, 0, 4 - (inputs % 4), 0, 0]);
  return [graph.node('Pad', [image, pads]), graph.node('Pad', [filter, pads])];
}

function isRead(inputs: number): boolean {
  return inputs % 3 !== 0 || inputs % 4 === 0 || inputs === 3;
}
