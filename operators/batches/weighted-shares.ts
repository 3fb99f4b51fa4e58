import { permutation, seededRandom } from '../random.ts';
import type { ClassShare, ClassShares } from './class-shares.ts';

/** Options of the shares. */
export interface WeightedSharesOptions {
  /** Seats that each class should fill in an epoch; their sum is `seats * batchesPerEpoch`. */
  readonly targets: Float64Array;
  /** Images of a batch. */
  readonly batchSize: number;
  /** Places of a batch, an integer from 1 to `batchSize`: of ⌊batchSize / seats⌋ images of one class, or one more. */
  readonly seats: number;
  /** Batches of an epoch, an integer of 1 or more. */
  readonly batchesPerEpoch: number;
  /** Seed of every choice, as for `seededRandom`. */
  readonly keys: readonly (string | number)[];
}

/**
 * Weighted class sampler: deals the seats of an epoch to the classes in proportion, and each class evenly to its batches.
 *
 * - In each epoch a class fills its target number of seats, rounded down or up. Which ones are rounded up is a systematic
 *   sample, whose start moves on by the golden ratio each epoch: after any number of epochs a class has its exact share
 *   but for a seat or two.
 * - In each batch of the epoch it fills its number divided by the batches, rounded down or up: classes stand side by
 *   side in a circle, new in each epoch, and seat `i` of it belongs to the batch `i` mod batches. The batches take their
 *   turns in the order of multiples of the golden ratio, so that the few seats of a rare class lie far apart.
 *
 * The result remembers where it was, so going forward is cheap. Random access costs one pass over the classes for each
 * epoch before, and one over the seats of the epoch. Holds 4 bytes for each seat of an epoch.
 */
export function weightedShares(options: WeightedSharesOptions): ClassShares {
  const { targets, batchSize, seats, batchesPerEpoch, keys } = options;
  const classes = targets.length;
  const base = Math.floor(batchSize / seats);
  /** Seats of an epoch that hold one image more: the first of the circle. */
  const larger = (batchSize - base * seats) * batchesPerEpoch;
  const seatsOf = seatsOfEpochs(options);
  const order = goldenOrder(batchesPerEpoch);

  /** Calls `visit` for each class of an epoch with its seats in the circle. */
  const forRanges = (
    epoch: number,
    visit: (member: number, from: number, end: number) => void,
  ): void => {
    const counts = seatsOf(epoch);
    let from = 0;
    for (const member of permutation(classes, seededRandom(...keys, 'circle', epoch))) {
      const end = from + counts[member]!;
      visit(member, from, end);
      from = end;
    }
  };

  const layOut = (epoch: number): Layout => {
    const owners = new Uint32Array(seats * batchesPerEpoch);
    forRanges(epoch, (member, from, end) => owners.fill(member, from, end));
    const offset = seededRandom(...keys, 'offset', epoch).below(batchesPerEpoch);
    return { owners, offset };
  };

  /** Calls `visit` for each class of a batch. */
  const forClasses = (
    { owners, offset }: Layout,
    batch: number,
    visit: (member: number, images: number) => void,
  ): void => {
    let images = 0;
    const first = (order[batch]! + offset) % batchesPerEpoch;
    for (let seat = first; seat < owners.length; seat += batchesPerEpoch) {
      images += seat < larger ? base + 1 : base;
      const next = owners[seat + batchesPerEpoch];
      if (next === owners[seat]) continue;
      visit(owners[seat]!, images);
      images = 0;
    }
  };

  const start = (): Cursor => ({
    epoch: 0,
    batch: 0,
    layout: layOut(0),
    atStart: new Float64Array(classes),
    given: new Float64Array(classes),
  });

  const seek = (cursor: Cursor, epoch: number, batch: number): void => {
    if (cursor.epoch < epoch) {
      for (; cursor.epoch < epoch; cursor.epoch += 1) {
        forRanges(cursor.epoch, (member, from, end) => {
          cursor.atStart[member]! +=
            base * (end - from) + Math.max(0, Math.min(end, larger) - from);
        });
      }
      cursor.batch = 0;
      cursor.layout = layOut(epoch);
      cursor.given.set(cursor.atStart);
    }
    for (; cursor.batch < batch; cursor.batch += 1) {
      forClasses(cursor.layout, cursor.batch, (member, images) => {
        cursor.given[member]! += images;
      });
    }
  };

  let cursor = start();
  const goTo = (seq: number): Cursor => {
    const epoch = Math.floor(seq / batchesPerEpoch);
    const batch = seq - epoch * batchesPerEpoch;
    if (epoch < cursor.epoch || (epoch === cursor.epoch && batch < cursor.batch)) cursor = start();
    seek(cursor, epoch, batch);
    return cursor;
  };
  return {
    largest: (member) =>
      Math.ceil(Math.ceil(targets[member]! - slack) / batchesPerEpoch) *
      (larger > 0 ? base + 1 : base),
    perEpoch: (member) => (targets[member]! * batchSize) / seats,
    before: (seq) => goTo(seq).given.slice(),
    at(seq) {
      const { layout, batch, given } = goTo(seq);
      const shares: ClassShare[] = [];
      forClasses(layout, batch, (member, images) => {
        shares.push({ member, images, before: given[member]! });
      });
      return shares;
    },
  };
}

/** The circle of one epoch. */
interface Layout {
  /** Class of each seat. */
  readonly owners: Uint32Array;
  /** First seat of the first batch. */
  readonly offset: number;
}

interface Cursor {
  epoch: number;
  batch: number;
  layout: Layout;
  /** Images that each class gave before this epoch. */
  readonly atStart: Float64Array;
  /** Images that each class gave before this batch. */
  readonly given: Float64Array;
}

/** Difference from a whole number that is an error of rounding. */
const slack = 1e-9;

const goldenRatio = (Math.sqrt(5) - 1) / 2;

/** Whole seats of each class by epoch: the target, rounded down or up, by systematic sampling of what rounding left. */
function seatsOfEpochs({
  targets,
  seats,
  batchesPerEpoch,
  keys,
}: WeightedSharesOptions): (epoch: number) => Uint32Array {
  const whole = Uint32Array.from(targets, (target) => Math.floor(target + slack));
  const left = seats * batchesPerEpoch - whole.reduce((sum, count) => sum + count, 0);
  const order = permutation(targets.length, seededRandom(...keys, 'rounding'));
  const ends = new Float64Array(targets.length);
  let end = 0;
  for (const [at, member] of order.entries()) {
    end += Math.max(0, targets[member]! - whole[member]!);
    ends[at] = end;
  }
  // Rounding errors must not cost a seat.
  for (const at of ends.keys()) ends[at] = left === 0 ? 0 : (ends[at]! * left) / end;
  const first = seededRandom(...keys, 'rounding start').uniform();
  return (epoch) => {
    const start = (first + epoch * goldenRatio) % 1;
    const counts = whole.slice();
    let before = 0;
    for (const [at, member] of order.entries()) {
      const taken = Math.ceil(ends[at]! - start);
      counts[member]! += taken - before;
      before = taken;
    }
    return counts;
  };
}

/** Permutation of 0 … count − 1 in which neighbours by value have places far apart: the ranks of the multiples of φ, mod 1. */
function goldenOrder(count: number): Uint32Array {
  const multiples = Float64Array.from({ length: count }, (_, at) => (at * goldenRatio) % 1);
  const inOrder = Uint32Array.from(multiples.keys()).sort((a, b) => multiples[a]! - multiples[b]!);
  const ranks = new Uint32Array(count);
  for (const [rank, at] of inOrder.entries()) ranks[at] = rank;
  return ranks;
}
