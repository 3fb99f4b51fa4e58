import { counted } from '../message-words.ts';
import { boundedShares } from './bounded-shares.ts';

/** Share of the classes in an epoch, between that of their images and an equal one. */
export interface ClassBalance {
  /**
   * Balance of the classes, from 0 (each by its share of the images) to 1 (equal shares): shares are in proportion to
   * (images of the class)^(1 − balance).
   * @default 1
   */
  readonly balance?: number | undefined;
  /** Largest share of a batch that one class fills, above 0, at most 1. @default all but one place */
  readonly maxClassShare?: number | undefined;
  /**
   * How many times as often as the average image an image of a rare class is drawn at most, 1 or more.
   * @default no limit
   */
  readonly maxOversampling?: number | undefined;
}

/** Options of `targetShares`. */
export interface TargetSharesOptions extends ClassBalance {
  /** Images of each class, 1 or more. */
  readonly sizes: readonly number[];
  /** Images of a batch. */
  readonly batchSize: number;
  /** Equal places of a batch that classes fill: of one image, or several of the same class. */
  readonly seats: number;
  /** Batches of an epoch. */
  readonly batches: number;
  /** Classes that every batch holds. */
  readonly leastClasses: 1 | 2;
}

/**
 * Seats that each class should fill in an epoch: a real number, 1 or more where there are as many seats as classes.
 *
 * @throws {RangeError} When an option is out of its range, or the limits leave seats empty.
 */
export function targetShares(options: TargetSharesOptions): Float64Array {
  const { sizes, seats, batches, balance = 1 } = options;
  checkRanges(options);
  const total = seats * batches;
  const most = upperBounds(options);
  if (sum(most) < total * (1 - 1e-9)) throw withoutRoom(options);
  const least = total < sizes.length ? 0 : 1;
  return boundedShares({
    weights: Float64Array.from(sizes, (images) => images ** (1 - balance)),
    least: most.map((bound) => Math.min(least, bound)),
    most,
    total,
  });
}

function upperBounds(options: TargetSharesOptions): Float64Array {
  const { sizes, seats, batches, leastClasses } = options;
  const { maxOversampling = Infinity } = options;
  const perBatch = Math.min(seatsOfOne(options), seats - (leastClasses - 1));
  const population = (seats * batches) / sum(sizes);
  return Float64Array.from(sizes, (images) =>
    Math.min(perBatch * batches, images * population * maxOversampling),
  );
}

/** Whole seats of a batch that one class may fill. */
function seatsOfOne({ maxClassShare = 1, seats }: TargetSharesOptions): number {
  return Math.max(1, Math.floor(maxClassShare * seats + 1e-9));
}

function checkRanges({ balance = 1, maxClassShare = 1, maxOversampling = 1 }: ClassBalance): void {
  if (!(balance >= 0 && balance <= 1)) {
    throw new RangeError(`Expected \`balance\` to be from 0 to 1, got \`${balance}\``);
  }
  if (!(maxClassShare > 0 && maxClassShare <= 1)) {
    throw new RangeError(
      `Expected \`maxClassShare\` to be above 0 and at most 1, got \`${maxClassShare}\``,
    );
  }
  if (!(maxOversampling >= 1)) {
    throw new RangeError(
      `Expected \`maxOversampling\` to be 1 or more, got \`${maxOversampling}\``,
    );
  }
}

/** Limits that no full batches can keep. */
function withoutRoom(options: TargetSharesOptions): RangeError {
  const { maxClassShare, maxOversampling, sizes, batchSize } = options;
  const [[name, value], other] = Object.entries({ maxOversampling, maxClassShare }).filter(
    ([, limit]) => limit !== undefined,
  ) as [[string, number], [string, number]?];
  const beside = other === undefined ? '' : ` beside \`${other[0]}: ${other[1]}\``;
  const least = sizes.reduce((one, images) => Math.min(one, images));
  const largest = sizes.reduce((one, images) => Math.max(one, images));
  return new RangeError(
    `Expected \`${name}\` to be large enough for full batches of ${batchSize} images, none of a single class, ` +
      `got \`${value}\`${beside}: ${counted(sizes.length, 'class', 'classes')} of ${counted(least)} to ` +
      `${counted(largest, 'image')} cannot fill them${enoughShare(options)}`,
  );
}

/** The share that would do, where nothing else is limited. */
function enoughShare({ maxOversampling, sizes, seats }: TargetSharesOptions): string {
  if (maxOversampling !== undefined) return '';
  const share = Math.ceil(seats / sizes.length) / seats;
  return `. At \`${Math.ceil(share * 1000) / 1000}\` they can`;
}

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
