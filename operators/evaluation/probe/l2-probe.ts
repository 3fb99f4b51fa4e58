import { atLeastOne, outOfRange } from '../../out-of-range.ts';
import { openWorkPool, type WorkPool } from '../../threads/work-pool.ts';
import { addLanes, laneCount } from '../vectors/lanes.ts';
import { sharedFloat64 } from '../../threads/shared-memory.ts';
import { sharedRows, type SharedRows } from '../vectors/shared-rows.ts';
import { evenWidth, tileRows } from '../vectors/tile-products.ts';
import type { VectorSet } from '../vectors/vector-set.ts';
import { gradientWork, type GradientRequest } from './gradient-work.ts';
import { lbfgs } from './lbfgs.ts';
import type { LinearProbe, ProbeOptions } from './linear-probe.ts';
import { defaultMemoryBytes, packParameters, unpackParameters } from './probe-parameters.ts';
import { parameterCount, type ProbeSize } from './softmax-tile.ts';
import { trainingClasses } from './training-classes.ts';

/** Options of L2-regularised logistic regression. */
export interface L2ProbeOptions extends ProbeOptions {
  /** Inverse strength C of the regularisation, above 0: scikit-learn's `C`. @default 1 */
  readonly l2?: number | undefined;
  /** Largest entry of the gradient of the mean objective at which the search ends, above 0. @default 1e-6 */
  readonly tolerance?: number | undefined;
  /** Iterations after which the search ends without having converged, 1 or more. @default 1000 */
  readonly iterations?: number | undefined;
  /** Warm start: a probe of the same classes and length. @default zeros */
  readonly start?: LinearProbe | undefined;
}

/** A probe and how the search for it went. */
export interface L2Probe extends LinearProbe {
  readonly solver: 'l2';
  /** Training images with a class. */
  readonly images: number;
  /** C. */
  readonly l2: number;
  /** Converged: `gradient` is at most the tolerance; otherwise the weights are not those of the optimum. */
  readonly converged: boolean;
  /** Iterations that were made. */
  readonly iterations: number;
  /** Largest entry of the gradient of the mean objective where the search ended. */
  readonly gradient: number;
  /** `C · Σ cross entropy + ½ ‖weights‖²` where the search ended. */
  readonly objective: number;
}

/**
 * Multinomial logistic regression with L2 regularisation, searched by L-BFGS over all rows in float64.
 *
 * It minimises `C · Σ cross entropy + ½ ‖weights‖²`, bias not regularised, which has one optimum (up to a constant
 * added to all of the bias, which stays 0 on average): that of scikit-learn's `LogisticRegression` with
 * `multi_class='multinomial'`. The search itself divides this by `C · images`, and `tolerance` is for the gradient of
 * that mean; scikit-learn before 1.5 compares its `tol` with a gradient `images` times as large.
 *
 * Rows are used as they are. Whoever wants them standardised scales them first, as regularisation depends on it.
 * Images without a class are left out; so are classes without an image.
 *
 * The result depends neither on threads nor on how the set is read, bit for bit: sums over rows are kept in a number
 * of lanes that the sizes alone decide.
 *
 * Memory: `memoryBytes` of rows, up to 256 MiB of sums and 25 arrays as large as the weights. A set that does not
 * fit is read once for every evaluation, some more than iterations.
 *
 * @throws {RangeError} When an option is out of its range.
 * @throws {PipelineError} `ERR_FORMAT` when a row is not finite, naming the image, or fewer than two classes have one.
 * @throws {PipelineError} `ERR_ENGINE` when a thread failed.
 * @throws The reason of `signal`, when it aborts first.
 */
export async function trainL2Probe(
  train: VectorSet,
  options: L2ProbeOptions = {},
): Promise<L2Probe> {
  const { l2 = 1, tolerance = 1e-6, iterations = 1000, start, threads, signal } = options;
  const { memoryBytes = defaultMemoryBytes, onProgress } = options;
  if (!(l2 > 0 && l2 < Infinity)) throw outOfRange('l2', 'above 0', l2);
  if (!(tolerance > 0)) throw outOfRange('tolerance', 'above 0', tolerance);
  atLeastOne('iterations', iterations);
  atLeastOne('memoryBytes', memoryBytes);
  signal?.throwIfAborted();

  const { classes, labels, images } = trainingClasses(train);
  const size: ProbeSize = { classes: classes.length, dim: train.dim };
  const lanes = laneCount(images, parameterCount(size));
  const rows = sharedRows(train, { labels, labelledOnly: true, memoryBytes, multiple: tileRows });
  const pool = openWorkPool<GradientRequest, void>({
    module: new URL('gradient-worker.ts', import.meta.url),
    work: gradientWork,
    maxWorkers: lanes,
    threads,
    signal,
  });
  try {
    const parameters = start === undefined ? zeros(size) : packParameters(start, classes, size.dim);
    const evaluate = meanObjective({ pool, rows, size, lanes, l2 });
    const found = await lbfgs(evaluate, parameters, {
      tolerance,
      iterations,
      onIteration: (done, objective) =>
        onProgress?.({ done, loss: objective - penalty(parameters, size) / (l2 * images) }),
    });
    return {
      ...unpackParameters(parameters, classes, size.dim),
      solver: 'l2',
      images,
      l2,
      converged: found.converged,
      iterations: found.iterations,
      gradient: found.gradient,
      objective: found.value * l2 * images,
    };
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    await pool.close();
  }
}

function zeros(size: ProbeSize): Float64Array {
  return new Float64Array(parameterCount(size));
}

/** `mean cross entropy + ½ ‖weights‖² / (C · images)` and its gradient, by one pass over the rows. */
function meanObjective(what: {
  readonly pool: WorkPool<GradientRequest, void>;
  readonly rows: SharedRows;
  readonly size: ProbeSize;
  readonly lanes: number;
  readonly l2: number;
}): (x: Float64Array, gradient: Float64Array) => Promise<number> {
  const { pool, rows, size, lanes, l2 } = what;
  const numbers = parameterCount(size);
  const parameters = sharedFloat64(numbers);
  const gradients = sharedFloat64(lanes * numbers);
  const losses = sharedFloat64(lanes);
  const weights = evenWidth(size.classes) * size.dim;
  const strength = 1 / (l2 * rows.count);
  return async (x, gradient) => {
    parameters.set(x);
    for await (const chunk of rows.chunks()) {
      await pool.request((worker) => ({
        chunk,
        size,
        parameters,
        gradients,
        losses,
        lanes,
        worker,
        workers: pool.size,
      }));
    }
    addLanes(gradients, lanes, gradient);
    for (let at = 0; at < numbers; at += 1) gradient[at]! /= rows.count;
    for (let at = 0; at < weights; at += 1) gradient[at]! += strength * x[at]!;
    let loss = 0;
    for (let lane = 0; lane < lanes; lane += 1) loss += losses[lane]!;
    return loss / rows.count + strength * penalty(x, size);
  };
}

/** `½ ‖weights‖²` */
function penalty(parameters: Float64Array, { classes, dim }: ProbeSize): number {
  const weights = evenWidth(classes) * dim;
  let square = 0;
  for (let at = 0; at < weights; at += 1) square += parameters[at]! * parameters[at]!;
  return square / 2;
}
