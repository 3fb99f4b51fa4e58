import type { OnnxModel, OnnxPort } from '../onnx/graph/onnx-model.ts';
import { translated } from './graph-def.ts';
import { constantNode, type NodeDef, nodeName, type TensorflowAttribute } from './node-def.ts';

/** A traced model that shares the variables of a session with others. */
export interface GraphProgram {
  readonly name: string;
  readonly model: OnnxModel;
  /** Outputs that are written into variables of other names, instead of handed out. @default none */
  readonly assigned?: ReadonlyMap<string, string> | undefined;
}

/** Variables by name with their stored sizes. All are float32. */
export type GraphVariables = ReadonlyMap<string, readonly number[]>;

/** Programs and the variables that their inputs are read from where they have the same name. */
export interface GraphPrograms {
  readonly variables: GraphVariables;
  readonly programs: readonly GraphProgram[];
}

/** Names of the nodes of a graph. */
export const graphNames = {
  /** The integers in which an input comes. */
  bits: (program: string, input: string) => `${program}/${nodeName(input)}/bits`,
  input: (program: string, input: string) => `${program}/${nodeName(input)}`,
  /** Runs after every variable of a program was written. */
  done: (program: string) => `${program}/done`,
  variable: (name: string) => `variable/${nodeName(name)}`,
  value: (name: string) => `variable/${nodeName(name)}/value`,
  given: (name: string) => `variable/${nodeName(name)}/given`,
  assigned: (name: string) => `variable/${nodeName(name)}/assigned`,
  zeroed: (name: string) => `variable/${nodeName(name)}/zeroed`,
} as const;

/** Nodes of a graph, with those that read, write and clear its variables. */
export interface GraphNodes {
  readonly nodes: readonly NodeDef[];
  /** Reference of each output of each program. */
  readonly outputs: ReadonlyMap<string, ReadonlyMap<string, string>>;
}

/**
 * Nodes of several programs over common variables.
 *
 * An input of a program that is a variable is read from it; another one is a placeholder of int32, and those of float32
 * come as its bits, because TensorFlow leaves integers in the memory of the process: as floats they would be sent to a
 * graphics card, fetched back, and sent again when the program runs.
 */
export function graphNodes({ variables, programs }: GraphPrograms): GraphNodes {
  const parts = programs.map((program) => programNodes(program, variables));
  return {
    nodes: [
      ...[...variables].flatMap(([name, shape]) => variableNodes(name, shape)),
      ...parts.flatMap(({ nodes }) => nodes),
    ],
    outputs: new Map(parts.map(({ outputs }, at) => [programs[at]!.name, outputs])),
  };
}

const float32 = { type: 'float32' } as const;

function variableNodes(name: string, shape: readonly number[]): readonly NodeDef[] {
  const variable = graphNames.variable(name);
  const bits = graphNames.given(name);
  const zeros = `${variable}/zeros`;
  const [given, zeroed] = [`${variable}/write`, `${variable}/clear`];
  return [
    node(variable, 'VarHandleOp', [], {
      dtype: float32,
      shape: { shape },
      shared_name: { text: name },
    }),
    readNode(graphNames.value(name), name),
    node(bits, 'Placeholder', [], { dtype: { type: 'int32' }, shape: { shape } }),
    bitcastNode(`${bits}/value`, bits),
    copyNode(`${bits}/copy`, `${bits}/value`),
    assignNode(given, name, `${bits}/copy`),
    afterNode(graphNames.assigned(name), [given]),
    ...zeroNodes(zeros, shape),
    assignNode(zeroed, name, zeros),
    afterNode(graphNames.zeroed(name), [zeroed]),
  ];
}

function programNodes(
  { name, model, assigned = new Map() }: GraphProgram,
  variables: GraphVariables,
): { readonly nodes: readonly NodeDef[]; readonly outputs: ReadonlyMap<string, string> } {
  const inputs = model.inputs.map(
    (port) => [port.name, graphNames.input(name, port.name)] as const,
  );
  const ports = model.inputs.flatMap(({ name: input, type, dims }) => {
    const reference = graphNames.input(name, input);
    if (variables.has(input)) return [readNode(reference, input)];
    // Programs for TensorFlow have no free sizes.
    const shape = { shape: dims.map(Number) };
    const bits = graphNames.bits(name, input);
    const integers = { dtype: { type: 'int32' }, shape } as const;
    return [node(bits, 'Placeholder', [], integers), fromBits(reference, bits, type)];
  });
  const { nodes, outputs } = translated(model, `${name}/`, new Map(inputs));
  const writes = [...assigned].map(([output, variable]) =>
    assignNode(`${name}/assign/${nodeName(variable)}`, variable, outputs.get(output)!),
  );
  const done = afterNode(
    graphNames.done(name),
    writes.map((write) => write.name),
  );
  return { nodes: [...ports, ...nodes, ...writes, done], outputs };
}

function node(
  name: string,
  op: string,
  inputs: readonly string[],
  attributes: Readonly<Record<string, TensorflowAttribute>>,
): NodeDef {
  return { name, op, inputs, attributes };
}

function readNode(name: string, variable: string): NodeDef {
  return node(name, 'ReadVariableOp', [graphNames.variable(variable)], { dtype: float32 });
}

function assignNode(name: string, variable: string, value: string): NodeDef {
  const inputs = [graphNames.variable(variable), value];
  return node(name, 'AssignVariableOp', inputs, { dtype: float32 });
}

function fromBits(name: string, bits: string, type: OnnxPort['type']): NodeDef {
  if (type === 'float32') return bitcastNode(name, bits);
  if (type === 'int32') return node(name, 'Identity', [bits], { T: { type } });
  return node(name, 'Cast', [bits], { SrcT: { type: 'int32' }, DstT: { type } });
}

function bitcastNode(name: string, bits: string): NodeDef {
  return node(name, 'Bitcast', [bits], { T: { type: 'int32' }, type: float32 });
}

/**
 * Numbers in memory of TensorFlow's own. What is fed may lie in memory of JavaScript, which is given back by a call to
 * Node from the thread that drops the last use: of a variable any thread of TensorFlow, and several at once.
 */
function copyNode(name: string, value: string): NodeDef {
  return node(name, 'DeepCopy', [value], { T: float32 });
}

/** A node whose result is there once others have run: a write has none of its own that could be fetched. */
function afterNode(name: string, nodes: readonly string[]): NodeDef {
  return constantNode(
    name,
    { type: 'int32', dims: [], bytes: new Uint8Array(4) },
    nodes.map((before) => `^${before}`),
  );
}

function zeroNodes(name: string, shape: readonly number[]): readonly NodeDef[] {
  const [sizes, zero] = [`${name}/sizes`, `${name}/zero`];
  const bytes = new Uint8Array(Int32Array.from(shape).buffer);
  return [
    constantNode(sizes, { type: 'int32', dims: [shape.length], bytes }),
    constantNode(zero, { type: 'float32', dims: [], bytes: new Uint8Array(4) }),
    node(name, 'Fill', [sizes, zero], { T: float32, index_type: { type: 'int32' } }),
  ];
}
