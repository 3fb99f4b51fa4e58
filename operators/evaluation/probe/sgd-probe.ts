import { PipelineError } from '../../errors.ts';
import { atLeastOne, outOfRange } from '../../out-of-range.ts';
import { seededRandom } from '../../random.ts';
import { barrierNumbers } from '../../threads/barrier.ts';
import { openWorkPool } from '../../threads/work-pool.ts';
import { sharedFloat64, sharedInt32 } from '../../threads/shared-memory.ts';
import type { VectorSet } from '../vectors/vector-set.ts';
import { epochWindows } from './epoch-windows.ts';
import type { LinearProbe, ProbeOptions } from './linear-probe.ts';
import { defaultMemoryBytes, packParameters, unpackParameters } from './probe-parameters.ts';
import { sgdLanes, sgdWork, type SgdRequest } from './sgd-work.ts';
import { parameterCount, type ProbeSize } from './softmax-tile.ts';
import { trainingClasses } from './training-classes.ts';

/** The recipe; every default is the paper's. */
export interface SgdProbeOptions extends ProbeOptions {
  /** Random seed of the initial weights and the order of images. @default 0 */
  readonly seed?: number | undefined;
  /** Epochs: times that each image is seen, 1 or more. @default 100 */
  readonly epochs?: number | undefined;
  /** Batch size: images of a step, 1 or more; the last step of an epoch takes what is left. @default 512 */
  readonly batchSize?: number | undefined;
  /** Above 0. @default 5 */
  readonly learningRate?: number | undefined;
  /** Step schedule: epochs after which the learning rate is multiplied by `decayRate`. @default [60, 75, 90] */
  readonly decayAfter?: readonly number[] | undefined;
  /** Above 0. @default 0.2 */
  readonly decayRate?: number | undefined;
  /** From 0 to below 1. @default 0.9 */
  readonly momentum?: number | undefined;
  /** 0 or more; of weights and bias alike. @default 0 */
  readonly weightDecay?: number | undefined;
}

/** A probe and how its training went. */
export interface SgdProbe extends LinearProbe {
  readonly solver: 'sgd';
  /** Training images with a class. */
  readonly images: number;
  /** `[epochs]` mean cross entropy over each epoch in nats, of each image before the step it took part in. */
  readonly epochLosses: Float64Array;
}

/** Multiplications of a request: many more than it costs to send one, few enough for an abort to be heard. */
const requestWork = 2 ** 27;

/**
 * The linear probe of the paper: cross entropy by SGD with momentum and a stepped learning rate, in float64.
 *
 * The authors augment every image anew in each epoch; an export holds one view of it, and this is trained on that
 * view, neither normalised nor standardised. First weights and bias are uniform in ±1/√dim, as those of PyTorch's
 * `Linear`, and the order of images is `epochOrder`; both are functions of `seed`. Images without a class are left
 * out; so are classes without an image.
 *
 * The result depends neither on threads nor on how the set is read, bit for bit.
 *
 * Memory: `memoryBytes` of rows, up to 256 MiB of sums, and 12 bytes for an image.
 *
 * @throws {RangeError} When an option is out of its range.
 * @throws {PipelineError} `ERR_FORMAT` when a row is not finite, naming the image, or fewer than two classes have one.
 * @throws {PipelineError} `ERR_NOT_FINITE` when the training diverged.
 * @throws {PipelineError} `ERR_ENGINE` when a thread failed.
 * @throws The reason of `signal`, when it aborts first.
 * @see tufts-ml/SupContrast `main_linear.py`; `torch.optim.SGD`.
 */
export async function trainSgdProbe(
  train: VectorSet,
  options: SgdProbeOptions = {},
): Promise<SgdProbe> {
  const { seed = 0, epochs = 100, batchSize = 512, learningRate = 5, threads, signal } = options;
  const { decayAfter = [60, 75, 90], decayRate = 0.2, momentum = 0.9, weightDecay = 0 } = options;
  const { memoryBytes = defaultMemoryBytes, onProgress } = options;
  atLeastOne('epochs', epochs);
  atLeastOne('batchSize', batchSize);
  atLeastOne('memoryBytes', memoryBytes);
  checkAbove0('learningRate', learningRate);
  checkAbove0('decayRate', decayRate);
  if (!(momentum >= 0 && momentum < 1)) throw outOfRange('momentum', 'from 0 to below 1', momentum);
  if (!(weightDecay >= 0 && weightDecay < Infinity)) {
    throw outOfRange('weightDecay', 'at least 0', weightDecay);
  }
  for (const epoch of decayAfter) atLeastOne('decayAfter', epoch);
  signal?.throwIfAborted();

  const { classes, labels, images } = trainingClasses(train);
  const size: ProbeSize = { classes: classes.length, dim: train.dim };
  const numbers = parameterCount(size);
  const lanes = sgdLanes(Math.min(batchSize, images), numbers);
  const shared = {
    size,
    parameters: sharedFloat64(numbers),
    velocity: sharedFloat64(numbers),
    gradients: sharedFloat64(lanes * numbers),
    losses: sharedFloat64(lanes),
    state: sharedInt32(barrierNumbers),
  };
  shared.parameters.set(packParameters(firstProbe(classes, train.dim, seed), classes, train.dim));
  const windows = epochWindows(train, { labels, seed, batchSize, memoryBytes });
  const work = batchSize * numbers * 2;
  const rowsAtOnce = Math.max(1, Math.floor(requestWork / work)) * batchSize;
  const pool = openWorkPool<SgdRequest, number>({
    module: new URL('sgd-worker.ts', import.meta.url),
    work: sgdWork,
    maxWorkers: lanes,
    threads,
    signal,
  });
  try {
    const epochLosses = new Float64Array(epochs);
    for (let epoch = 1; epoch <= epochs; epoch += 1) {
      const decays = decayAfter.filter((after) => epoch > after).length;
      const rate = learningRate * decayRate ** decays;
      const rates = { batchSize, learningRate: rate, momentum, weightDecay };
      let loss = 0;
      for await (const window of windows(epoch)) {
        for (let from = 0; from < window.count; from += rowsAtOnce) {
          const to = Math.min(window.count, from + rowsAtOnce);
          const { rows, labels, order } = window;
          const before = loss;
          const [after] = await pool.request((worker) => ({
            ...shared,
            worker,
            workers: pool.size,
            rates,
            rows,
            labels,
            order,
            from,
            to,
            loss: before,
          }));
          loss = after!;
        }
      }
      if (!Number.isFinite(loss) || !shared.parameters.every(Number.isFinite)) {
        throw new PipelineError(
          'ERR_NOT_FINITE',
          `Expected the loss of the probe on \`${train.name}\` to be finite, got \`${loss}\` in epoch ${epoch}: ` +
            `try a \`learningRate\` below ${learningRate}`,
        );
      }
      epochLosses[epoch - 1] = loss / images;
      onProgress?.({ done: epoch, loss: loss / images });
    }
    return {
      ...unpackParameters(shared.parameters, classes, train.dim),
      solver: 'sgd',
      images,
      epochLosses,
    };
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    await pool.close();
  }
}

function checkAbove0(name: string, value: number): void {
  if (!(value > 0 && value < Infinity)) throw outOfRange(name, 'above 0', value);
}

/** Weights, then bias, in their order: uniform in ±1/√dim, as PyTorch initialises a `Linear`. */
function firstProbe(classes: readonly string[], dim: number, seed: number): LinearProbe {
  const random = seededRandom('probe-weights', seed);
  const bound = 1 / Math.sqrt(dim);
  const uniform = (length: number): Float64Array =>
    Float64Array.from({ length }, () => bound * (2 * random.uniform() - 1));
  const weights = uniform(classes.length * dim);
  return { classes, dim, weights, bias: uniform(classes.length) };
}
