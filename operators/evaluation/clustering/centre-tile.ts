import { GraphBuilder } from '../../onnx/graph/graph-builder.ts';
import type { OnnxModel } from '../../onnx/graph/onnx-model.ts';
import { standardPlacement } from '../../onnx/placement.ts';
import { createSession, loadRuntime, runSession } from '../../onnx/runtime.ts';
import { float32Error } from '../neighbours/exact-products.ts';
import { groupRows, tileQueries } from '../neighbours/tile-shape.ts';

/** Scores of some rows with a tile of centres in float32, on the calling thread: `x · c − |c|² / 2`, largest at the nearest. */
export interface CentreTile {
  /** Centres that it has room for, a multiple of `groupRows`. */
  readonly width: number;
  /** Groups of centres. */
  readonly groups: number;
  /** `[tileQueries, dim]` rows, to be filled in. */
  readonly rows: Float32Array;
  /** `[tileQueries, width]` scores, a centre at its `place`. Overwritten by every `multiply`, like `maxima`. */
  readonly scores: Float32Array;
  /** `[tileQueries, groups]` the greatest of each group. */
  readonly maxima: Float32Array;
  /** Takes `count` centres, 1 to `width`: `[count, dim]` from `starts` on in `values`, and their squares. */
  take(centres: TileCentres): void;
  /** Where the scores of centre number `at` of the tile are. */
  place(at: number): number;
  /**
   * Scores of the first `count` rows, 1 to `tileQueries`.
   *
   * @throws {PipelineError} `ERR_ENGINE` when the runtime fails.
   */
  multiply(count: number): Promise<void>;
}

/** Centres of one tile. */
export interface TileCentres {
  readonly values: Float64Array;
  readonly squares: ArrayLike<number>;
  /** Numbers of the centres: number n is `values` from `n · dim` on, its square `squares[n]`. */
  readonly numbers: Int32Array;
}

/** Score of a place without a centre: less than that of any. */
const nowhere = -1e30;

/**
 * Greatest error of a score in float32, of rows of length 1 and centres no longer: centres are rounded, and the square
 * is one more number of the sum.
 */
export function scoreError(dim: number): number {
  return float32Error(dim + 4, 1, 1.5);
}

/**
 * Opens the scores of a tile. Inputs and outputs keep their memory, because new memory costs more than the products.
 *
 * @throws {PipelineError} `ERR_ENGINE` when ONNX Runtime is not there.
 */
export async function openCentreTile(dim: number, width: number): Promise<CentreTile> {
  const runtime = await loadRuntime();
  const session = await createSession(runtime, tileModel(dim, width), standardPlacement(1));
  const groups = width / groupRows;
  const [rows, centres] = [new Float32Array(tileQueries * dim), new Float32Array(width * dim)];
  const halves = new Float32Array(width);
  const scores = new Float32Array(tileQueries * width);
  const maxima = new Float32Array(tileQueries * groups);
  const tensor = (values: Float32Array, columns: number) =>
    new runtime.Tensor('float32', values, [values.length / columns, columns]);
  const held = {
    centres: tensor(centres, dim),
    halves: new runtime.Tensor('float32', halves, [width]),
  };
  const portsOf = (count: number) => ({
    count,
    inputs: { rows: tensor(rows.subarray(0, count * dim), dim), ...held },
    outputs: {
      scores: tensor(scores.subarray(0, count * width), width),
      maxima: tensor(maxima.subarray(0, count * groups), groups),
    },
  });
  let ports = portsOf(tileQueries);
  const place = (at: number): number => (at % groupRows) * groups + Math.floor(at / groupRows);
  return {
    width,
    groups,
    rows,
    scores,
    maxima,
    place,
    take({ values, squares, numbers }) {
      halves.fill(nowhere);
      centres.fill(0);
      for (const [at, number] of numbers.entries()) {
        centres.set(values.subarray(number * dim, (number + 1) * dim), place(at) * dim);
        halves[place(at)] = -squares[number]! / 2;
      }
    },
    async multiply(count) {
      if (ports.count !== count) ports = portsOf(count);
      await runSession(session, ports.inputs, ports.outputs);
    },
  };
}

function tileModel(dim: number, width: number): OnnxModel {
  const graph = new GraphBuilder();
  const rows = 'rows_of_tile';
  const groups = width / groupRows;
  graph.input({ name: 'rows', type: 'float32', dims: [rows, dim] });
  graph.input({ name: 'centres', type: 'float32', dims: [width, dim] });
  graph.input({ name: 'halves', type: 'float32', dims: [width] });
  const scores = graph.node('Gemm', ['rows', 'centres', 'halves'], { transB: { int: 1 } });
  const grouped = graph.node('Reshape', [scores, graph.integers([-1, groupRows, groups])]);
  const maxima = graph.node('ReduceMax', [grouped], { axes: { ints: [1] }, keepdims: { int: 0 } });
  return graph.finish([
    { name: 'scores', type: 'float32', dims: [rows, width], value: scores },
    { name: 'maxima', type: 'float32', dims: [rows, groups], value: maxima },
  ]);
}
