import { barrier } from '../../threads/barrier.ts';
import { addLanes, eachTile, laneCount } from '../vectors/lanes.ts';
import { tileRows } from '../vectors/tile-products.ts';
import { addTileGradient, tileRoom, type ProbeSize } from './softmax-tile.ts';

/** Hyperparameters of a step. */
export interface SgdRates {
  readonly batchSize: number;
  readonly learningRate: number;
  readonly momentum: number;
  readonly weightDecay: number;
}

/** Some steps in a row, for every thread the same but for `worker`. Arrays are in shared memory. */
export interface SgdRequest {
  readonly worker: number;
  readonly workers: number;
  readonly size: ProbeSize;
  readonly rates: SgdRates;
  /** `[…, dim]` float32. */
  readonly rows: Float32Array;
  /** `[…]` int32 class of each row. */
  readonly labels: Int32Array;
  /** Rows in the order in which they are seen, `from` to `to`; batches begin at `from`. */
  readonly order: Int32Array;
  readonly from: number;
  readonly to: number;
  readonly parameters: Float64Array;
  readonly velocity: Float64Array;
  /** `[sgdLanes, parameters]` */
  readonly gradients: Float64Array;
  /** `[sgdLanes]` */
  readonly losses: Float64Array;
  /** `[barrierNumbers]` */
  readonly state: Int32Array;
  /** Summed cross entropy of the epoch so far. */
  readonly loss: number;
}

/** Lanes of a step: partial sums that the gradient of a batch is kept in. */
export function sgdLanes(batch: number, numbers: number): number {
  return laneCount(batch, numbers);
}

/**
 * Steps of SGD in the form of PyTorch's `torch.optim.SGD`, shared by threads: each has its lanes of the gradient,
 * then its range of the weights.
 *
 * @returns The summed cross entropy of the epoch so far, each image's before the step it took part in.
 */
export function sgdWork(request: SgdRequest): number {
  const { worker, workers, size, rates, rows, labels, order, parameters } = request;
  const { gradients, losses, state } = request;
  const numbers = parameters.length;
  const room = tileRoom(size);
  const starts = new Int32Array(tileRows);
  const own = new Int32Array(tileRows);
  const summed = new Float64Array(numbers);
  const firstOwn = Math.round((worker * numbers) / workers);
  const endOwn = Math.round(((worker + 1) * numbers) / workers);
  let total = request.loss;

  for (let from = request.from; from < request.to; from += rates.batchSize) {
    const batch = Math.min(rates.batchSize, request.to - from);
    const lanes = sgdLanes(batch, numbers);
    for (let lane = worker; lane < lanes; lane += workers) {
      gradients.fill(0, lane * numbers, (lane + 1) * numbers);
      losses[lane] = 0;
    }
    eachTile({ worker, workers, lanes }, 0, batch, (lane, row, count) => {
      for (let at = 0; at < count; at += 1) {
        const place = order[from + row + at]!;
        starts[at] = place * size.dim;
        own[at] = labels[place]!;
      }
      const gradient = gradients.subarray(lane * numbers, (lane + 1) * numbers);
      const tile = { rows, starts, count, dim: size.dim };
      losses[lane]! += addTileGradient(tile, size, parameters, own, 0, 1 / batch, room, gradient);
    });
    barrier(state, workers);
    let loss = 0;
    for (let lane = 0; lane < lanes; lane += 1) loss += losses[lane]!;
    total += loss;
    const used = gradients.subarray(0, lanes * numbers);
    addLanes(used, lanes, summed, firstOwn, endOwn);
    step(request, summed, firstOwn, endOwn);
    barrier(state, workers);
  }
  return total;
}

function step(
  { parameters, velocity, rates }: SgdRequest,
  gradient: Float64Array,
  from: number,
  to: number,
): void {
  const { learningRate, momentum, weightDecay } = rates;
  for (let at = from; at < to; at += 1) {
    const slope = gradient[at]! + weightDecay * parameters[at]!;
    velocity[at] = momentum * velocity[at]! + slope;
    parameters[at]! -= learningRate * velocity[at]!;
  }
}
