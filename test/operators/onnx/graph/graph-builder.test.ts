import test from 'ava';
import { Tensor } from 'onnxruntime-node';
import { GraphBuilder } from '../../../../operators/onnx/graph/graph-builder.ts';
import { encodeModel } from '../../../../operators/onnx/graph/onnx-model.ts';
import type { OnnxPort } from '../../../../operators/onnx/graph/onnx-model.ts';
import { runModel } from '../../../helpers/traced-equals-cpu.ts';

const port = (name: string): OnnxPort => ({ name, type: 'float32', dims: [2] });
const x = new Tensor('float32', Float32Array.of(-1, 2), [2]);

function withInput(): GraphBuilder {
  const graph = new GraphBuilder();
  graph.input(port('x'));
  return graph;
}

test('gives the same value for the same call', (t) => {
  const graph = withInput();
  t.is(graph.node('Relu', ['x']), graph.node('Relu', ['x']));
  t.not(graph.node('Relu', ['x']), graph.node('Abs', ['x']));
});

test('stores equal small constants once', (t) => {
  const graph = withInput();
  t.is(graph.integers([1, 2]), graph.integers([1, 2]));
  t.not(graph.integers([1, 2]), graph.integers([2, 1]));
  t.not(graph.constant(Float32Array.of(0), [1]), graph.constant(Float32Array.of(0), []));
  t.not(graph.constant(Float32Array.of(0), [1]), graph.constant(Int32Array.of(0), [1]));
});

test('leaves out what no output depends on', (t) => {
  const graph = withInput();
  const wanted = graph.node('Relu', ['x']);
  graph.node('Softplus', [graph.node('Exp', ['x'])]);
  const { nodes } = graph.finish([{ ...port('y'), value: wanted }]);
  t.deepEqual(
    nodes.map(({ op }) => op),
    ['Relu'],
  );
});

test('hands out a value twice, and inputs and constants as they are', async (t) => {
  const graph = withInput();
  const relu = graph.node('Relu', ['x']);
  const model = graph.finish([
    { ...port('one'), value: relu },
    { ...port('two'), value: relu },
    { ...port('same'), value: 'x' },
    { ...port('constant'), value: graph.constant(Float32Array.of(3, 4), [2]) },
    { ...port('after'), value: graph.node('Neg', [relu]) },
  ]);
  const outputs = await runModel(encodeModel(model), { x });
  t.deepEqual(
    Object.fromEntries(Object.entries(outputs).map(([name, { data }]) => [name, [...data]])),
    { one: [0, 2], two: [0, 2], same: [-1, 2], constant: [3, 4], after: [-0, -2] },
  );
});
