import type { OnnxModel, OnnxNode } from '../onnx/graph/onnx-model.ts';
import { constantNode, type NodeDef, nodeName, type TensorflowType } from './node-def.ts';
import {
  nativeCall,
  type TensorflowCall,
  translations,
  type TranslationScope,
} from './operators.ts';

/** Nodes of a traced model, and where its outputs leave them. */
export interface TranslatedModel {
  readonly nodes: readonly NodeDef[];
  /** Reference of each output by name, such as `step/v7:1`. */
  readonly outputs: ReadonlyMap<string, string>;
}

/**
 * Translates a model that was traced for TensorFlow into nodes of a GraphDef.
 *
 * @param prefix Before the name of every node.
 * @param inputs Reference of each input of the model by name.
 * @throws {TypeError} When it holds an operator that has no counterpart.
 */
export function translated(
  model: OnnxModel,
  prefix: string,
  inputs: ReadonlyMap<string, string>,
): TranslatedModel {
  const nodes: NodeDef[] = [];
  const values = new Map<string, { readonly reference: string; readonly type: TensorflowType }>();
  for (const { name, type } of model.inputs) {
    values.set(name, { reference: inputs.get(name)!, type });
  }
  for (const { name, type, dims, bytes } of model.constants) {
    nodes.push(constantNode(prefix + name, { type, dims, bytes }));
    values.set(name, { reference: prefix + name, type });
  }
  for (const node of model.nodes) {
    const name = prefix + nodeName(node.outputs[0]!);
    const call = callOf(node, name, values, nodes);
    nodes.push({ name, op: call.op, inputs: call.inputs, attributes: call.attributes });
    for (const [at, output] of node.outputs.entries()) {
      values.set(output, { reference: at === 0 ? name : `${name}:${at}`, type: call.result });
    }
  }
  const outputs = model.outputs.map(({ name }) => [name, values.get(name)!.reference] as const);
  return { nodes, outputs: new Map(outputs) };
}

function callOf(
  node: OnnxNode,
  name: string,
  values: ReadonlyMap<string, { readonly reference: string; readonly type: TensorflowType }>,
  nodes: NodeDef[],
): TensorflowCall {
  const operands = node.inputs.map((input) => values.get(input)!);
  const scope: TranslationScope = {
    inputs: operands.map(({ reference }) => reference),
    types: operands.map(({ type }) => type),
    constant(values) {
      nodes.push(constantNode(`${name}/constant`, values));
      return `${name}/constant`;
    },
    before({ op, inputs, attributes }) {
      nodes.push({ name: `${name}/before`, op, inputs, attributes });
      return `${name}/before`;
    },
  };
  if (node.domain === 'tensorflow') return nativeCall(node, scope);
  const translate = node.domain === '' ? translations[node.op] : undefined;
  if (translate === undefined) {
    throw new TypeError(`Expected an operator that TensorFlow has, got \`${node.op}\``);
  }
  return translate(scope, node.attributes);
}
