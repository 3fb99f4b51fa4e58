import { GraphBuilder } from '../../onnx/graph/graph-builder.ts';
import type { OnnxModel } from '../../onnx/graph/onnx-model.ts';
import { standardPlacement } from '../../onnx/placement.ts';
import { createSession, loadRuntime, runSession } from '../../onnx/runtime.ts';
import { groupRows, tileGroups, tileQueries, tileRows } from './tile-shape.ts';

/** Products of some queries with a tile of support in float32, on the calling thread. */
export interface SimilarityTile {
  /** `[tileRows, dim]` the support, to be filled in. */
  readonly support: Float32Array;
  /** `[tileQueries, tileRows]` dot products. Overwritten by every `multiply`. */
  readonly products: Float32Array;
  /** `[tileQueries, tileGroups]` the greatest of each group. */
  readonly maxima: Float32Array;
  /**
   * Multiplies the support by `[n, dim]` queries, `n` from 1 to `tileQueries`.
   *
   * @throws {PipelineError} `ERR_ENGINE` when the runtime fails.
   */
  multiply(queries: Float32Array): Promise<void>;
}

/**
 * Opens the product of a tile. Inputs and outputs keep their memory, because new memory costs more than the products.
 *
 * @throws {PipelineError} `ERR_ENGINE` when ONNX Runtime is not there.
 */
export async function openSimilarityTile(dim: number): Promise<SimilarityTile> {
  const runtime = await loadRuntime();
  const session = await createSession(runtime, tileModel(dim), standardPlacement(1));
  const support = new Float32Array(tileRows * dim);
  const products = new Float32Array(tileQueries * tileRows);
  const maxima = new Float32Array(tileQueries * tileGroups);
  const tensor = (values: Float32Array, columns: number) =>
    new runtime.Tensor('float32', values, [values.length / columns, columns]);
  const supportTensor = tensor(support, dim);
  // The runtime takes no shared memory.
  const held = new Float32Array(tileQueries * dim);
  const portsOf = (rows: number) => ({
    rows,
    inputs: { queries: tensor(held.subarray(0, rows * dim), dim), support: supportTensor },
    outputs: {
      products: tensor(products.subarray(0, rows * tileRows), tileRows),
      maxima: tensor(maxima.subarray(0, rows * tileGroups), tileGroups),
    },
  });
  let ports = portsOf(tileQueries);
  return {
    support,
    products,
    maxima,
    async multiply(queries) {
      const rows = queries.length / dim;
      if (ports.rows !== rows) ports = portsOf(rows);
      held.set(queries);
      await runSession(session, ports.inputs, ports.outputs);
    },
  };
}

function tileModel(dim: number): OnnxModel {
  const graph = new GraphBuilder();
  const rows = 'rows';
  graph.input({ name: 'queries', type: 'float32', dims: [rows, dim] });
  graph.input({ name: 'support', type: 'float32', dims: [tileRows, dim] });
  const products = graph.node('Gemm', ['queries', 'support'], { transB: { int: 1 } });
  const grouped = graph.node('Reshape', [products, graph.integers([-1, groupRows, tileGroups])]);
  const maxima = graph.node('ReduceMax', [grouped], { axes: { ints: [1] }, keepdims: { int: 0 } });
  return graph.finish([
    { name: 'products', type: 'float32', dims: [rows, tileRows], value: products },
    { name: 'maxima', type: 'float32', dims: [rows, tileGroups], value: maxima },
  ]);
}
