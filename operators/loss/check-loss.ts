import { atLeastOne, outOfRange } from '../out-of-range.ts';
import type { CrossEntropySpec, LossSpec } from '../types.ts';
import type { LossRows } from './tiled-loss.ts';

/** @throws {RangeError} Naming the number of a loss that is out of its range. */
export function checkLossSpec(loss: LossSpec | CrossEntropySpec): void {
  if (loss.name === 'cross-entropy') return;
  if (!(Number.isFinite(loss.temperature) && loss.temperature > 0)) {
    throw outOfRange('loss.temperature', 'a number above 0', loss.temperature);
  }
  if (loss.name === 'eps-sup-infonce' && !(Number.isFinite(loss.epsilon) && loss.epsilon >= 0)) {
    throw outOfRange('loss.epsilon', 'a number of at least 0', loss.epsilon);
  }
}

/** @throws {RangeError} When the sizes of rows and labels disagree. */
export function checkLossRows({ z, size, labels, counted }: LossRows): void {
  atLeastOne('size', size);
  if (z.length !== labels.length * size) {
    throw outOfRange('z', `${labels.length} rows of ${size} values`, z.length);
  }
  if (counted !== undefined && counted.length !== labels.length) {
    throw outOfRange('counted', `one value for each of ${labels.length} rows`, counted.length);
  }
}
