import { eachTile, type LaneShare } from '../vectors/lanes.ts';
import type { RowChunk } from '../vectors/shared-rows.ts';
import { evenWidth, tileRows } from '../vectors/tile-products.ts';
import { tileLogits, tileRoom, type ProbeSize } from './softmax-tile.ts';

/** One chunk of the rows to score. All arrays are in shared memory. */
export interface ScoresRequest extends LaneShare {
  readonly chunk: RowChunk;
  readonly size: ProbeSize;
  readonly parameters: Float64Array;
  /** `[count]` of all rows, like the two below. */
  readonly predicted: Int32Array;
  readonly ranks: Int32Array;
  readonly logLoss: Float64Array;
}

/** Scores the tiles of one thread. */
export function scoresWork(request: ScoresRequest): void {
  const { chunk, size, parameters, predicted, ranks, logLoss } = request;
  const { dim, classes } = size;
  const width = evenWidth(classes);
  const room = tileRoom(size);
  const starts = new Int32Array(tileRows);
  eachTile(request, chunk.first / tileRows, chunk.count, (_, row, count) => {
    for (let at = 0; at < count; at += 1) starts[at] = (row + at) * dim;
    tileLogits({ rows: chunk.rows, starts, count, dim }, size, parameters, room);
    for (let at = 0; at < count; at += 1) {
      const logits = room.subarray(at * width, at * width + classes);
      const image = chunk.first + row + at;
      const label = chunk.labels[row + at]!;
      predicted[image] = firstLargest(logits);
      ranks[image] = label < 0 ? -1 : rankOf(logits, label);
      logLoss[image] = label < 0 ? Number.NaN : crossEntropy(logits, label);
    }
  });
}

function firstLargest(values: Float64Array): number {
  let best = 0;
  for (let at = 1; at < values.length; at += 1) if (values[at]! > values[best]!) best = at;
  return best;
}

/** Rank of `own`: the number of larger ones, and of ties in front of it. */
function rankOf(values: Float64Array, own: number): number {
  const value = values[own]!;
  let before = 0;
  for (let at = 0; at < values.length; at += 1) {
    if (values[at]! > value || (values[at] === value && at < own)) before += 1;
  }
  return before;
}

function crossEntropy(logits: Float64Array, own: number): number {
  let largest = logits[0]!;
  for (let at = 1; at < logits.length; at += 1) largest = Math.max(largest, logits[at]!);
  let sum = 0;
  for (let at = 0; at < logits.length; at += 1) sum += Math.exp(logits[at]! - largest);
  return Math.log(sum) + largest - logits[own]!;
}
