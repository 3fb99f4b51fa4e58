import { counted, shownNames } from '../../operators/message-words.ts';
import { PipelineError } from '../../operators/errors.ts';
import { seededRandom } from '../../operators/random.ts';
import type { Dataset, DatasetNote } from '../../operators/types.ts';
import { subset } from './subset.ts';

/** Options of `holdOut`. */
export interface HoldOutOptions {
  /** Share of the images of each class that is held out, above 0 and below 1. */
  readonly share: number;
  /** Random seed of which ones. A safe integer. */
  readonly seed: number;
  /** The held-out images instead of the rest. @default false */
  readonly heldOut?: boolean | undefined;
}

/**
 * Stratified hold-out split: a share of the images of each class, or the rest.
 *
 * Of a class of n images round(share · n) are held out, but at least one and never all; the image of a class of one is not.
 * Images of several classes count for the first. Which ones is a function of seed, class name and ids: the ones whose
 * hashes are least. So an image that is added to a class moves at most one other to the other side, and none of other
 * classes. The two parts are disjoint and together the dataset, in its order and with its classes. Holds 4 bytes for each
 * sample that stays, and 16 while it is made.
 *
 * @param dataset Borrowed: the part reads from it.
 * @throws {RangeError} When `share` is not above 0 and below 1, or `seed` not a safe integer.
 * @throws {PipelineError} `ERR_DATASET` when every class has one image, so that none can be held out.
 * @example
 * ```ts
 * const photos = await openDataset('photos');
 * const training = holdOut(photos, { share: 0.1, seed: 0 });
 * const validation = holdOut(photos, { share: 0.1, seed: 0, heldOut: true });
 * console.log(training.count + validation.count === photos.count); // true
 * ```
 */
export function holdOut(dataset: Dataset, options: HoldOutOptions): Dataset {
  const { share, seed, heldOut = false } = options;
  if (!(share > 0 && share < 1)) {
    throw new RangeError(`Expected \`holdOut\` to be above 0 and below 1, got \`${share}\``);
  }
  if (!Number.isSafeInteger(seed)) {
    throw new RangeError(`Expected \`seed\` to be a safe integer, got \`${seed}\``);
  }
  const classes = positionsByClass(dataset);
  const isHeldOut = new Uint8Array(dataset.count);
  let count = 0;
  for (const [label, positions] of classes) {
    for (const position of heldOutOf(dataset, label, positions, options)) {
      isHeldOut[position] = 1;
      count += 1;
    }
  }
  if (count === 0) throw withoutHeldOut(dataset, share);
  const wanted = heldOut ? 1 : 0;
  const kept = new Uint32Array(heldOut ? count : dataset.count - count);
  let at = 0;
  for (const [position, side] of isHeldOut.entries()) {
    if (side !== wanted) continue;
    kept[at] = position;
    at += 1;
  }
  const part = subset(dataset, kept, { origin: dataset.hash });
  return {
    ...part,
    notes: [...(dataset.notes ?? []), ...notesOf(dataset, options, count, classes)],
  };
}

type PositionsByClass = ReadonlyMap<number | null, readonly number[]>;

function positionsByClass(dataset: Dataset): PositionsByClass {
  const classes = new Map<number | null, number[]>();
  for (let position = 0; position < dataset.count; position += 1) {
    const { label } = dataset.sample(position);
    const positions = classes.get(label);
    if (positions === undefined) classes.set(label, [position]);
    else positions.push(position);
  }
  return classes;
}

function heldOutOf(
  dataset: Dataset,
  label: number | null,
  positions: readonly number[],
  { share, seed }: HoldOutOptions,
): readonly number[] {
  const { length } = positions;
  if (length < 2) return [];
  const count = Math.min(Math.max(Math.round(share * length), 1), length - 1);
  const name = label === null ? '' : dataset.classes[label]!;
  const keys = new Map(
    positions.map((position) => {
      const random = seededRandom('hold out', seed, name, dataset.sample(position).id);
      return [position, random.uint32() * 2 ** 21 + (random.uint32() >>> 11)];
    }),
  );
  // Of equal hashes the first id comes first: sorting is stable.
  return positions.toSorted((a, b) => keys.get(a)! - keys.get(b)!).slice(0, count);
}

function notesOf(
  { classes, count: images }: Dataset,
  { share, seed, heldOut = false }: HoldOutOptions,
  count: number,
  byClass: PositionsByClass,
): DatasetNote[] {
  const apart = `${counted(count)} of ${counted(images, 'image')}`;
  const drawn = `\`holdOut: ${share}\` with \`seed: ${seed}\``;
  const text = heldOut
    ? `used are the ${apart} that ${drawn} keeps apart`
    : `${drawn} keeps ${apart} apart, which \`heldOut: true\` uses`;
  const alone = [...byClass].flatMap(([label, { length }]) =>
    label === null || length > 1 ? [] : [classes[label]!],
  );
  const note = { text, options: ['holdOut', 'heldOut', 'seed'] };
  if (alone.length === 0) return [note];
  const ofOne = `none is held out of ${counted(alone.length, 'class', 'classes')} with a single image: `;
  return [note, { text: ofOne + shownNames(alone.toSorted(), mostNamed), classes: alone }];
}

/** Classes that a note names before it only counts the rest. */
const mostNamed = 10;

function withoutHeldOut({ name }: Dataset, share: number): PipelineError {
  return new PipelineError(
    'ERR_DATASET',
    `Expected a class of at least 2 images in \`${name}\`, of which \`holdOut: ${share}\` could keep one apart, got none`,
    { options: ['holdOut'] },
  );
}
