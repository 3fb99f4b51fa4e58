import type { NeighbourAgreement } from '../../operators/evaluation/comparison/neighbour-agreement.ts';
import { counted } from '../../operators/message-words.ts';
import { type Int8Trial, type LayerTrial, leastLabelled, trialNeighbours } from './int8-trial.ts';

/** Cosine that the mean and the first percentile of the images must reach. */
export const leastCosine = 0.999;

/** Points of k-NN accuracy that int8 may cost. */
export const mostPoints = 0.2;

/** Level of the sign test that tells a loss of accuracy from chance. */
const level = 0.05;

/** Faults that keep int8 from being taken, in words with numbers; empty when its trial was passed. */
export function int8Faults({ layers, speedup }: Int8Trial): readonly string[] {
  const faults = layers.flatMap(layerFaults);
  if (!(speedup > 1)) faults.push(`it takes ${ratio(1 / speedup)} the processor time of float32`);
  return faults;
}

function layerFaults({ layer, cosine, neighbours }: LayerTrial): string[] {
  const faults: string[] = [];
  const { mean, percentile1 } = cosine;
  if (!(mean >= leastCosine && percentile1 >= leastCosine)) {
    faults.push(
      `the \`${layer}\` has a cosine of ${cosineText(mean)} with float32 in the mean and ` +
        `${cosineText(percentile1)} at the lowest percent, of at least ${leastCosine} each`,
    );
  }
  if (neighbours !== null && costsAccuracy(neighbours)) {
    faults.push(`the \`${layer}\` loses accuracy: ${neighbourText(neighbours)}`);
  }
  return faults;
}

/**
 * True when the loss of accuracy is above the limit, and the images that changed sides are too one-sided for chance: an
 * image between two classes changes with the last bit.
 */
function costsAccuracy({ images, lost, gained }: NeighbourAgreement): boolean {
  const points = (100 * (lost - gained)) / images;
  return points > mostPoints && atLeastByChance(lost, lost + gained) < level;
}

/** Sign test: the probability of `heads` or more of `tosses` of a fair coin. */
function atLeastByChance(heads: number, tosses: number): number {
  let logChoose = 0;
  let sum = 0;
  for (let tails = 0; tails <= tosses - heads; tails += 1) {
    if (tails > 0) logChoose += Math.log((tosses - tails + 1) / tails);
    sum += Math.exp(logChoose - tosses * Math.LN2);
  }
  return sum;
}

/** The trial in words. */
export function int8Words({ images, layers, speedup }: Int8Trial): string {
  const texts = layers.map(({ layer, cosine, neighbours }) => {
    const near = `cosine ${cosineText(cosine.mean)}, lowest percent ${cosineText(cosine.percentile1)}`;
    const text = neighbours === null ? '' : `, ${neighbourText(neighbours)}`;
    return `\`${layer}\` ${near}${text}`;
  });
  const unmeasured = layers.some(({ neighbours }) => neighbours === null)
    ? `; k-NN not measured, for want of ${counted(leastLabelled)} images of two classes`
    : '';
  return `${counted(images, 'image')}: ${texts.join('; ')}${unmeasured}; ${ratio(speedup)} the images for the processor time`;
}

function neighbourText({ reference, approximation, images }: NeighbourAgreement): string {
  const percent = (share: number): string => (100 * share).toFixed(2);
  return `k-NN (k = ${trialNeighbours}, ${counted(images, 'image')}) ${percent(approximation)} % beside ${percent(reference)} %`;
}

/** Rounded down, so that nothing looks as if it had reached a limit that it has not. */
function cosineText(value: number): string {
  return Number.isNaN(value) ? 'none' : (Math.floor(value * 1e5) / 1e5).toFixed(5);
}

function ratio(value: number): string {
  return `${value.toFixed(2)} ×`;
}
