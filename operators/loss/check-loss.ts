import { atLeastOne, outOfRange } from '../out-of-range.ts';
import { type CrossEntropySpec, type LossSpec, parameterValues } from './loss-spec.ts';
import { lossOf } from './losses.ts';
import type { LossRows } from './loss-rows.ts';

/** @throws {RangeError} Naming the number of a loss that is out of its range. */
export function checkLossSpec(loss: LossSpec | CrossEntropySpec): void {
  if (loss.name === 'cross-entropy') return;
  if (!(Number.isFinite(loss.temperature) && loss.temperature > 0)) {
    throw outOfRange('loss.temperature', 'a number above 0', loss.temperature);
  }
  const values = parameterValues(loss);
  for (const [name, { least }] of Object.entries(lossOf(loss).parameters)) {
    const value = values[name];
    if (value === undefined || !Number.isFinite(value) || value < least) {
      throw outOfRange(`loss.${name}`, `a number of at least ${least}`, String(value));
    }
  }
}

/** @throws {RangeError} When the sizes of rows and labels disagree. */
export function checkLossRows({ z, size, labels, anchorMask }: LossRows): void {
  atLeastOne('size', size);
  if (z.length !== labels.length * size) {
    throw outOfRange('z', `${labels.length} rows of ${size} values`, z.length);
  }
  if (anchorMask !== undefined && anchorMask.length !== labels.length) {
    throw outOfRange(
      'anchorMask',
      `one value for each of ${labels.length} rows`,
      anchorMask.length,
    );
  }
}
