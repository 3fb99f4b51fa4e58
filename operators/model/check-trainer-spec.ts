import type { TrainerSpec } from '../engine/engine.ts';
import { checkLossSpec } from '../loss/check-loss.ts';

/**
 * Checks the numbers of a trainer before anything is compiled for them.
 *
 * @throws {RangeError} Naming the field that is out of its range.
 */
export function checkTrainerSpec(spec: TrainerSpec): void {
  const { encoder, loss, shape, momentum, weightDecay, microBatch } = spec;
  atLeastOne('encoder.projectionSize', encoder.projectionSize);
  atLeastOne('shape.images', shape.images);
  atLeastOne('shape.views', shape.views);
  atLeastOne('shape.imageSize', shape.imageSize);
  checkLossSpec(loss);
  if (microBatch !== undefined) {
    atLeastOne('microBatch', microBatch);
    if (shape.images % microBatch !== 0) {
      throw outside('microBatch', `a divisor of the ${shape.images} images of a batch`, microBatch);
    }
  }
  if (!(momentum >= 0 && momentum < 1)) {
    throw outside('momentum', 'a number of at least 0 and below 1', momentum);
  }
  if (!(Number.isFinite(weightDecay) && weightDecay >= 0)) {
    throw outside('weightDecay', 'a number of at least 0', weightDecay);
  }
}

function atLeastOne(name: string, value: number): void {
  if (!Number.isInteger(value) || value < 1) {
    throw outside(name, 'an integer of at least 1', value);
  }
}

function outside(name: string, range: string, value: number): RangeError {
  return new RangeError(`Expected \`${name}\` to be ${range}, got \`${value}\``);
}
