import type { OnnxModel, OnnxNode } from '../graph/onnx-model.ts';

/** An operator that computes on 8 bits: a convolution or a sum of two images, with the ReLU after it. */
export interface Int8Step {
  readonly node: OnnxNode;
  /** Value that leaves it: that of the ReLU, where one follows. */
  readonly result: string;
}

/** Division of a float32 model into what computes on 8 bits and what stays. */
export interface Int8Plan {
  /** By the operator of the float32 model. */
  readonly steps: ReadonlyMap<OnnxNode, Int8Step>;
  /** Activations, that is ReLUs, that are part of a step. */
  readonly fused: ReadonlySet<OnnxNode>;
  /** Values that are stored in 8 bits with a quantisation of their own, in the order of the model. */
  readonly tensors: readonly string[];
  /** Max-poolings on 8 bits: their results have the quantisation of what they read. */
  readonly poolings: ReadonlySet<OnnxNode>;
}

/**
 * Plans the int8 form of a traced encoder: convolutions with constant filters, sums of their results that a
 * convolution reads, and max-pooling between them.
 *
 * What leaves the last block, and the head, stays in float32: it is a small part of the work and the last to round.
 */
export function int8Plan(model: OnnxModel): Int8Plan {
  const readers = readersOf(model);
  const constants = new Set(model.constants.map(({ name }) => name));
  const steps = new Map<OnnxNode, Int8Step>();
  const fused = new Set<OnnxNode>();
  const poolings = new Set<OnnxNode>();
  const results = new Set<string>();
  const isRead = (value: string): boolean => (readers.get(value) ?? []).some(isConvolution);
  const add = (node: OnnxNode): void => {
    const output = node.outputs[0]!;
    const next = readers.get(output) ?? [];
    const relu = next.length === 1 && next[0]!.op === 'Relu' ? next[0] : undefined;
    if (relu !== undefined) fused.add(relu);
    const result = relu?.outputs[0] ?? output;
    steps.set(node, { node, result });
    results.add(result);
  };
  for (const node of model.nodes) {
    const [first = '', second = ''] = node.inputs;
    if (isConvolution(node) && constants.has(second)) add(node);
    else if (node.op === 'Add' && [first, second].some((value) => results.has(value))) {
      const relu = readers.get(node.outputs[0]!)?.[0];
      if (!constants.has(second) && isRead(relu?.outputs[0] ?? '')) add(node);
    } else if (node.op === 'MaxPool' && results.has(first)) {
      poolings.add(node);
    }
  }
  const pooled = new Set([...poolings].map(({ outputs }) => outputs[0]!));
  const tensors = new Set<string>();
  for (const { node, result } of steps.values()) {
    const operands = isConvolution(node) ? node.inputs.slice(0, 1) : node.inputs;
    for (const value of operands) if (!pooled.has(value)) tensors.add(value);
    tensors.add(result);
  }
  return { steps, fused, poolings, tensors: [...tensors] };
}

export function isConvolution({ op }: OnnxNode): boolean {
  return op === 'Conv';
}

/** The operators that read a value, by its name. */
function readersOf({ nodes, outputs }: OnnxModel): ReadonlyMap<string, readonly OnnxNode[]> {
  const readers = new Map<string, OnnxNode[]>();
  for (const node of nodes) {
    for (const input of node.inputs) readers.set(input, [...(readers.get(input) ?? []), node]);
  }
  for (const { name } of outputs) readers.delete(name);
  return readers;
}
