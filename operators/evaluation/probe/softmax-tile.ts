import {
  addTileOuter,
  evenWidth,
  tileProducts,
  tileRows,
  type RowTile,
} from '../vectors/tile-products.ts';

/** Shape of a linear classifier. */
export interface ProbeSize {
  readonly classes: number;
  readonly dim: number;
}

/**
 * Numbers of a classifier as it is computed with: `[width, dim]` weights, then `[width]` bias, where `width` is
 * `classes` or, when that is odd, one more class that stays 0 and takes no part.
 */
export function parameterCount({ classes, dim }: ProbeSize): number {
  return evenWidth(classes) * (dim + 1);
}

/** Room for the logits of a tile; of a thread, reused. */
export function tileRoom({ classes }: ProbeSize): Float64Array {
  return new Float64Array(tileRows * evenWidth(classes));
}

/** Logits `weights · row + bias` of a tile into `room`, `[tile.count, width]`. */
export function tileLogits(
  tile: RowTile,
  { classes, dim }: ProbeSize,
  parameters: Float64Array,
  room: Float64Array,
): void {
  const width = evenWidth(classes);
  tileProducts(tile, parameters, width, room);
  const bias = width * dim;
  for (let row = 0, at = 0; row < tile.count; row += 1) {
    for (let c = 0; c < width; c += 1, at += 1) room[at]! += parameters[bias + c]!;
  }
}

/**
 * Adds a tile to the gradient of the cross entropy.
 *
 * @param labels Of the tile's rows, from `labelAt` on.
 * @param scale Of the gradient; the loss is not scaled.
 * @param gradient Like the parameters, the tile's share is added.
 * @returns The summed cross entropy of the tile in nats.
 */
export function addTileGradient(
  tile: RowTile,
  size: ProbeSize,
  parameters: Float64Array,
  labels: Int32Array,
  labelAt: number,
  scale: number,
  room: Float64Array,
  gradient: Float64Array,
): number {
  const { classes, dim } = size;
  const width = evenWidth(classes);
  tileLogits(tile, size, parameters, room);
  const bias = width * dim;
  let loss = 0;
  for (let row = 0; row < tile.count; row += 1) {
    const start = row * width;
    const label = labels[labelAt + row]!;
    loss += softmaxRow(room, start, classes, start + label);
    room[start + label]! -= 1;
    for (let c = 0; c < classes; c += 1) {
      room[start + c]! *= scale;
      gradient[bias + c]! += room[start + c]!;
    }
    if (classes < width) room[start + classes] = 0;
  }
  addTileOuter(tile, room, width, gradient);
  return loss;
}

/** Logits to probabilities in place. Returns the cross entropy of the class at `own`, exact near 0. */
function softmaxRow(room: Float64Array, start: number, classes: number, own: number): number {
  const end = start + classes;
  let largest = room[start]!;
  for (let at = start + 1; at < end; at += 1) largest = Math.max(largest, room[at]!);
  const ownLogit = room[own]!;
  let sum = 0;
  for (let at = start; at < end; at += 1) {
    const power = Math.exp(room[at]! - largest);
    room[at] = power;
    sum += power;
  }
  const inverse = 1 / sum;
  for (let at = start; at < end; at += 1) room[at]! *= inverse;
  return Math.log(sum) + largest - ownLogit;
}
