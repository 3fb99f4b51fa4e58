import type { StepSpec } from './step-spec.ts';
import { checkLossSpec } from '../loss/check-loss.ts';
import { optimizerNames } from './optimizer/optimizers.ts';
import { atLeastOne, outOfRange } from '../out-of-range.ts';
import { frozenParts, hasPart } from '../model/frozen-part.ts';

/**
 * Checks the configuration of a trainer before anything is compiled for them.
 *
 * @throws {RangeError} Naming the field that is out of its range.
 */
export function checkTrainerSpec(spec: StepSpec): void {
  const { encoder, loss, shape, momentum, weightDecay, microBatch, headRate = 1, frozen } = spec;
  const { optimizer, clipNorm, averageDecay, layerDecay = 1, accumulate = 1 } = spec;
  atLeastOne('encoder.projectionSize', encoder.projectionSize);
  atLeastOne('encoder.width', encoder.width ?? 1);
  atLeastOne('shape.images', shape.images);
  atLeastOne('shape.views', shape.views);
  atLeastOne('shape.imageSize', shape.imageSize);
  checkLossSpec(loss);
  if ((encoder.head === 'classifier') !== (loss.name === 'cross-entropy')) {
    const expected = loss.name === 'cross-entropy' ? '`classifier`' : '`mlp` or `linear`';
    throw outOfRange('encoder.head', `${expected} with the loss \`${loss.name}\``, encoder.head);
  }
  if (frozen !== undefined && !hasPart(encoder.architecture, frozen)) {
    const parts = frozenParts.filter((part) => hasPart(encoder.architecture, part));
    throw outOfRange('frozen', `one of ${parts.map((part) => `\`${part}\``).join(', ')}`, frozen);
  }
  if (microBatch !== undefined) {
    atLeastOne('microBatch', microBatch);
    if (shape.images % microBatch !== 0) {
      throw outOfRange(
        'microBatch',
        `a divisor of the ${shape.images} images of a batch`,
        microBatch,
      );
    }
  }
  if (optimizer !== undefined && !optimizerNames.includes(optimizer)) {
    throw outOfRange('optimizer', `one of \`${optimizerNames.join('`, `')}\``, optimizer);
  }
  if (clipNorm !== undefined && !(Number.isFinite(clipNorm) && clipNorm > 0)) {
    throw outOfRange('clipNorm', 'a number above 0', clipNorm);
  }
  atLeastOne('accumulate', accumulate);
  if (averageDecay !== undefined && !(averageDecay > 0 && averageDecay < 1)) {
    throw outOfRange('averageDecay', 'a number above 0 and below 1', averageDecay);
  }
  if (!(momentum >= 0 && momentum < 1)) {
    throw outOfRange('momentum', 'a number of at least 0 and below 1', momentum);
  }
  if (!(Number.isFinite(headRate) && headRate >= 0)) {
    throw outOfRange('headRate', 'a number of at least 0', headRate);
  }
  if (!(layerDecay > 0 && layerDecay <= 1)) {
    throw outOfRange('layerDecay', 'a number above 0 and at most 1', layerDecay);
  }
  if (!(Number.isFinite(weightDecay) && weightDecay >= 0)) {
    throw outOfRange('weightDecay', 'a number of at least 0', weightDecay);
  }
}
