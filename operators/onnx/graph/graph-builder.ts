import { createHash } from 'node:crypto';
import { type LoweringTarget, standardTarget } from './lowering-target.ts';
import {
  type OnnxAttribute,
  type OnnxConstant,
  type OnnxDomain,
  type OnnxModel,
  type OnnxNode,
  type OnnxPort,
  type OnnxType,
} from './onnx-model.ts';

/** Elements of a constant. Int64 is for shapes and axes, bool is one byte each. */
export type ConstantValues = Float32Array | Int32Array | BigInt64Array | Uint8Array;

/**
 * Builder of one ONNX graph, with common subexpression and dead code elimination.
 *
 * Asking twice for the same operator on the same inputs gives the same value, so lowerings need not
 * remember what they already converted. What no output depends on is left out of the model.
 */
export class GraphBuilder {
  /** Target of the lowerings. */
  readonly target: LoweringTarget;
  readonly #nodes: OnnxNode[] = [];
  readonly #producers = new Map<string, OnnxNode>();
  readonly #known = new Map<string, readonly string[]>();
  readonly #constants = new Map<string, OnnxConstant>();
  readonly #inputs: OnnxPort[] = [];
  #names = 0;

  constructor(target: LoweringTarget = standardTarget) {
    this.target = target;
  }

  /** Declares an input of the model under a name of the caller's choice. */
  input(port: OnnxPort): void {
    this.#inputs.push(port);
  }

  /** A constant value, equal ones stored once; `values` is borrowed until the model is written. */
  constant(values: ConstantValues, dims: readonly number[]): string {
    const type = typeOf(values);
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    const hash = createHash('sha256').update(bytes).digest('base64');
    const content = `${type}|${dims.join()}|${hash}`;
    const same = this.#known.get(content);
    if (same !== undefined) return same[0]!;
    const name = this.#name('c');
    this.#constants.set(name, { name, type, dims, bytes });
    this.#known.set(content, [name]);
    return name;
  }

  /** A list of integers, as shapes, axes and pads are given to ONNX operators. */
  integers(values: readonly number[]): string {
    return this.constant(BigInt64Array.from(values, BigInt), [values.length]);
  }

  /** The first output of an operator. */
  node(
    op: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, OnnxAttribute>> = {},
    domain: OnnxDomain = '',
  ): string {
    return this.nodes(op, inputs, attributes, 1, domain)[0]!;
  }

  /** All outputs of an operator that has several. */
  nodes(
    op: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, OnnxAttribute>>,
    outputCount: number,
    domain: OnnxDomain = '',
  ): readonly string[] {
    const call = JSON.stringify([op, inputs, attributes, outputCount, domain]);
    const same = this.#known.get(call);
    if (same !== undefined) return same;
    const outputs = Array.from({ length: outputCount }, () => this.#name('v'));
    const node = { domain, op, inputs, outputs, attributes };
    this.#nodes.push(node);
    for (const output of outputs) this.#producers.set(output, node);
    this.#known.set(call, outputs);
    return outputs;
  }

  /** Looks up the value of an earlier equal call. */
  existing(op: string, inputs: readonly string[]): string | undefined {
    return this.#known.get(JSON.stringify([op, inputs, {}, 1, '']))?.[0];
  }

  /** The node behind a value; undefined for inputs and constants. */
  producer(value: string): OnnxNode | undefined {
    return this.#producers.get(value);
  }

  /** The content of a constant; undefined for every other value. */
  constantOf(value: string): OnnxConstant | undefined {
    return this.#constants.get(value);
  }

  /**
   * The model whose outputs are these values, in this order, under these names.
   *
   * @param outputs Port of each output, and the value that leaves through it.
   */
  finish(
    outputs: readonly (OnnxPort & { readonly value: string })[],
    metadata: Readonly<Record<string, string>> = {},
  ): OnnxModel {
    const renamed = new Map<string, string>();
    const copies: OnnxNode[] = [];
    for (const { name, value } of outputs) {
      if (this.#producers.has(value) && !renamed.has(value)) renamed.set(value, name);
      else
        copies.push({
          domain: '',
          op: 'Identity',
          inputs: [value],
          outputs: [name],
          attributes: {},
        });
    }
    const rename = (value: string): string => renamed.get(value) ?? value;
    const nodes = [...this.#nodes, ...copies].map(
      ({ domain, op, inputs, outputs, attributes }) => ({
        domain,
        op,
        inputs: inputs.map(rename),
        outputs: outputs.map(rename),
        attributes,
      }),
    );
    const live = liveNodes(nodes, new Set(outputs.map(({ name }) => name)));
    const read = new Set(live.flatMap(({ inputs }) => inputs));
    return {
      nodes: live,
      constants: [...this.#constants.values()].filter(({ name }) => read.has(name)),
      inputs: this.#inputs,
      outputs,
      metadata,
    };
  }

  #name(prefix: string): string {
    this.#names += 1;
    return `${prefix}${this.#names}`;
  }
}

/** Dead code elimination: the nodes that the wanted values depend on, in their old order. */
function liveNodes(nodes: readonly OnnxNode[], wanted: ReadonlySet<string>): OnnxNode[] {
  const needed = new Set(wanted);
  const live: OnnxNode[] = [];
  for (let at = nodes.length - 1; at >= 0; at -= 1) {
    const node = nodes[at]!;
    if (!node.outputs.some((output) => needed.has(output))) continue;
    live.push(node);
    for (const input of node.inputs) needed.add(input);
  }
  return live.reverse();
}

function typeOf(values: ConstantValues): OnnxType {
  if (values instanceof Float32Array) return 'float32';
  if (values instanceof Int32Array) return 'int32';
  return values instanceof BigInt64Array ? 'int64' : 'bool';
}
