import type { tf } from '../../tensor/tf.ts';
import { inFull, inOrder, type Recorded, recorded, type Traced } from '../graph/traced.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { operand, registerKernel } from './register-kernel.ts';

/** Matrix multiplication, as `Gemm`. */
export function registerMatmulKernels(): void {
  registerKernel('BatchMatMul', (graph, operands, attrs) => {
    const a = operand(operands, 'a');
    const b = operand(operands, 'b');
    const { transposeA, transposeB } = attrs as unknown as tf.BatchMatMulAttrs;
    if (a.shape.length !== 2 || b.shape.length !== 2) {
      throw new RangeError(
        `Expected matrices in a traced \`matMul\`, got \`[${a.shape.join(', ')}]\` and \`[${b.shape.join(', ')}]\``,
      );
    }
    const left = matrix(graph, a);
    const right = matrix(graph, b);
    const name = graph.node('Gemm', [left.name, right.name], {
      transA: { int: Number(transposeA !== isTransposed(left)) },
      transB: { int: Number(transposeB !== isTransposed(right)) },
    });
    const shape = [a.shape[transposeA ? 1 : 0]!, b.shape[transposeB ? 0 : 1]!];
    return recorded(name, shape, 'float32');
  });
}

/** A matrix in full, in row-major or column-major order as it already is. */
function matrix(graph: GraphBuilder, x: Traced): Recorded {
  const value = inFull(graph, x);
  return isTransposed(value) ? value : inOrder(graph, value, [0, 1]);
}

function isTransposed({ order }: Recorded): boolean {
  return order[0] === 1;
}

/**
 * Fuses a bias into a `Gemm`: `product + vector`, the vector added to each row. Undefined when
 * `product` is no `Gemm` without one.
 */
export function withBias(graph: GraphBuilder, product: Traced, vector: Traced): Traced | undefined {
  if (product.kind !== 'recorded' || vector.shape.length !== 1) return undefined;
  const producer = graph.producer(product.name);
  const isWhole = product.shape.length === 2 && product.shape[1] === vector.shape[0];
  if (producer?.op !== 'Gemm' || producer.inputs.length !== 2 || !isWhole) return undefined;
  if (isTransposed(product)) return undefined;
  const inputs = [...producer.inputs, inFull(graph, vector).name];
  return { ...product, name: graph.node('Gemm', inputs, producer.attributes) };
}
