import { permutation, seededRandom } from '../../random.ts';
import type { VectorSet } from '../vectors/vector-set.ts';
import { trainL2Probe, type L2Probe, type L2ProbeOptions } from './l2-probe.ts';
import { probeScores } from './probe-scores.ts';
import { trainingClasses } from './training-classes.ts';

/** Grid search on a held-out share of the training images. */
export interface SelectStrengthOptions extends Omit<L2ProbeOptions, 'l2' | 'start'> {
  /** Values of `l2`, 1 or more, each above 0. @default 1e-3, 1e-2, 0.1, 1, 10, 100 */
  readonly grid?: readonly number[] | undefined;
  /** Held-out share of each class (stratified), above 0 and below 1; one image or more on either side. @default 0.1 */
  readonly heldOut?: number | undefined;
  /** Random seed of the held-out split. @default 0 */
  readonly seed?: number | undefined;
}

/** One value of the grid, scored on the held-out images. */
export interface StrengthTrial {
  readonly l2: number;
  /** Share of the held-out images whose class is predicted. */
  readonly accuracy: number;
  /** Mean cross entropy of the held-out images in nats. */
  readonly logLoss: number;
  readonly converged: boolean;
}

/** Result of the grid search. */
export interface StrengthChoice {
  /** Of the highest accuracy; of those the lowest cross entropy, then the strongest regularisation. */
  readonly l2: number;
  /** In ascending order of `l2`. */
  readonly trials: readonly StrengthTrial[];
  readonly heldOutImages: number;
}

const defaultGrid = [1e-3, 1e-2, 0.1, 1, 10, 100];

/**
 * Grid search on a held-out split: chooses the strength of the regularisation on training images that are held out.
 *
 * Stratified: each class gives the same share of its images, chosen by `seed`; a class of one image gives none. Every
 * probe starts from the one before (warm start). Train the final probe on all images with the `l2` that is returned.
 *
 * @throws As `trainL2Probe`; {RangeError} when an option is out of its range or no image can be held out.
 */
export async function selectStrength(
  train: VectorSet,
  options: SelectStrengthOptions = {},
): Promise<StrengthChoice> {
  const { grid = defaultGrid, heldOut = 0.1, seed = 0, ...rest } = options;
  if (grid.length === 0) throw new RangeError('Expected `grid` to have a value, got none');
  if (!(heldOut > 0 && heldOut < 1)) {
    throw new RangeError(`Expected \`heldOut\` to be above 0 and below 1, got \`${heldOut}\``);
  }
  const away = heldOutImages(train, heldOut, seed);
  if (away.size === 0) {
    throw new RangeError(
      `Expected a class of \`${train.name}\` to have 2 images or more, so that one can be held out to choose the ` +
        'strength of the probe; each has 1. Give more images of a class',
    );
  }
  const part = (wanted: boolean): VectorSet =>
    withLabels(
      train,
      train.labels.map((label, image) => (away.has(image) === wanted ? label : -1)),
    );
  const [learned, held] = [part(false), part(true)];
  const trials: StrengthTrial[] = [];
  let start: L2Probe | undefined;
  for (const l2 of grid.toSorted((a, b) => a - b)) {
    start = await trainL2Probe(learned, { ...rest, l2, start });
    const { ranks, logLoss } = await probeScores(start, held, {
      threads: rest.threads,
      signal: rest.signal,
    });
    const scored = ranks.filter((rank) => rank >= 0).length;
    const right = ranks.filter((rank) => rank === 0).length;
    const loss = logLoss.reduce((sum, value) => (Number.isNaN(value) ? sum : sum + value), 0);
    trials.push({
      l2,
      accuracy: right / scored,
      logLoss: loss / scored,
      converged: start.converged,
    });
  }
  const best = trials.reduce((best, trial) => (isBetter(trial, best) ? trial : best));
  return { l2: best.l2, trials, heldOutImages: away.size };
}

/** The same rows under other labels. A set may be an instance, which does not survive being spread. */
function withLabels(set: VectorSet, labels: Int32Array): VectorSet {
  const { name, classes, count, dim } = set;
  const id = (position: number): string => set.id(position);
  return { name, classes, count, dim, labels, id, blocks: () => set.blocks() };
}

function isBetter(a: StrengthTrial, b: StrengthTrial): boolean {
  return a.accuracy === b.accuracy ? a.logLoss < b.logLoss : a.accuracy > b.accuracy;
}

function heldOutImages(train: VectorSet, share: number, seed: number): Set<number> {
  const { classes, labels } = trainingClasses(train);
  const images = classes.map((): number[] => []);
  for (const [image, label] of labels.entries()) if (label >= 0) images[label]!.push(image);
  const away = new Set<number>();
  for (const [label, own] of images.entries()) {
    const wanted = Math.min(own.length - 1, Math.max(1, Math.round(share * own.length)));
    const order = permutation(own.length, seededRandom('probe-held-out', seed, classes[label]!));
    for (const at of order.subarray(0, wanted)) away.add(own[at]!);
  }
  return away;
}
