import type { LossSpec } from '../types.ts';
import type { LossRows } from './tiled-loss.ts';

/** @throws {RangeError} Naming the number of a loss that is out of its range. */
export function checkLossSpec(loss: LossSpec): void {
  if (!(Number.isFinite(loss.temperature) && loss.temperature > 0)) {
    throw outside('loss.temperature', 'a number above 0', loss.temperature);
  }
  if (loss.name === 'eps-sup-infonce' && !(Number.isFinite(loss.epsilon) && loss.epsilon >= 0)) {
    throw outside('loss.epsilon', 'a number of at least 0', loss.epsilon);
  }
}

/** @throws {RangeError} When the sizes of rows and labels disagree. */
export function checkLossRows({ z, size, labels, counted }: LossRows): void {
  if (!Number.isInteger(size) || size < 1) throw outside('size', 'an integer of at least 1', size);
  if (z.length !== labels.length * size) {
    throw outside('z', `${labels.length} rows of ${size} values`, z.length);
  }
  if (counted !== undefined && counted.length !== labels.length) {
    throw outside('counted', `one value for each of ${labels.length} rows`, counted.length);
  }
}

function outside(name: string, range: string, value: number): RangeError {
  return new RangeError(`Expected \`${name}\` to be ${range}, got \`${value}\``);
}
