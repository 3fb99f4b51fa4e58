import { shortestRow, unitRowsKernel } from '../../tensor/unit-rows.ts';
import { inFull, inOrder, recorded } from '../graph/traced.ts';
import { operand, registerKernel } from './register-kernel.ts';

/**
 * L2 normalisation of rows, `x / sqrt(∑ x² + 10⁻²⁴)`, in operators that importers of older ONNX
 * versions have too (OpenCV 4.6 has neither sums whose axes are an input, nor limits, nor quotients
 * of different shapes). A row of zeros stays one.
 */
export function registerUnitRowsKernel(): void {
  registerKernel(unitRowsKernel, (graph, operands) => {
    const x = operand(operands, 'x');
    const { name: rows } = inFull(graph, inOrder(graph, x, [0, 1]));
    const scalar = (value: number): string => graph.constant(Float32Array.of(value), []);
    const squares = graph.node('Mul', [rows, rows]);
    const axes = { axes: { ints: [1] }, keepdims: { int: 1 } };
    const mean = graph.node('ReduceMean', [squares], axes); // [rows, 1]
    const sum = graph.node('Mul', [mean, scalar(x.shape[1]!)]);
    const length = graph.node('Sqrt', [graph.node('Add', [sum, scalar(shortestRow ** 2)])]);
    const ones = graph.constant(new Float32Array(x.shape[1]!).fill(1), [1, x.shape[1]!]);
    const lengths = graph.node('MatMul', [length, ones]); // [rows, columns]
    return recorded(graph.node('Div', [rows, lengths]), x.shape, 'float32');
  });
}
