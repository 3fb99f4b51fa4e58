import { eachTile, type LaneShare } from '../vectors/lanes.ts';
import type { RowChunk } from '../vectors/shared-rows.ts';
import { tileRows } from '../vectors/tile-products.ts';
import { addTileGradient, tileRoom, type ProbeSize } from './softmax-tile.ts';

/** One chunk of a pass over the training rows. All arrays are in shared memory. */
export interface GradientRequest extends LaneShare {
  readonly chunk: RowChunk;
  readonly size: ProbeSize;
  readonly parameters: Float64Array;
  /** `[lanes, parameters]` sums over rows, cleared by the first chunk of a pass. */
  readonly gradients: Float64Array;
  /** `[lanes]` summed cross entropy. */
  readonly losses: Float64Array;
}

/** Adds the tiles of one thread to the gradient of the cross entropy. */
export function gradientWork(request: GradientRequest): void {
  const { chunk, size, parameters, gradients, losses, lanes, worker, workers } = request;
  const { dim } = size;
  const numbers = parameters.length;
  if (chunk.first === 0) {
    for (let lane = worker; lane < lanes; lane += workers) {
      gradients.fill(0, lane * numbers, (lane + 1) * numbers);
      losses[lane] = 0;
    }
  }
  const room = tileRoom(size);
  const starts = new Int32Array(tileRows);
  const gradientOf = Array.from({ length: lanes }, (_, lane) =>
    gradients.subarray(lane * numbers, (lane + 1) * numbers),
  );
  eachTile(request, chunk.first / tileRows, chunk.count, (lane, row, count) => {
    for (let at = 0; at < count; at += 1) starts[at] = (row + at) * dim;
    const tile = { rows: chunk.rows, starts, count, dim };
    const gradient = gradientOf[lane]!;
    losses[lane]! += addTileGradient(tile, size, parameters, chunk.labels, row, 1, room, gradient);
  });
}
