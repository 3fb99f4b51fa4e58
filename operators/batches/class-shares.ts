import { permutation, seededRandom } from '../random.ts';

/** Quota of one class in one batch. */
export interface ClassShare {
  /** Class, from 0 to `classes - 1`. */
  readonly member: number;
  /** Images of this class in this batch, at least 1. */
  readonly images: number;
  /** Images that this class gave to all batches before. */
  readonly before: number;
}

/** Options of the shares. */
export interface ClassSharesOptions {
  /** Classes that have images, an integer of 1 or more. */
  readonly classes: number;
  /** Images of a batch, an integer of 1 or more. */
  readonly batchSize: number;
  /** Classes of a batch, an integer from 1 to the smaller of `classes` and `batchSize`. */
  readonly classesPerBatch: number;
  /** Batches of an epoch, an integer of 1 or more. */
  readonly batchesPerEpoch: number;
  /** Seed of the order in which classes take turns, as for `seededRandom`. */
  readonly keys: readonly (string | number)[];
}

/** Class quotas of every batch of a run. */
export interface ClassShares {
  /** The most images that a class gives to one batch. */
  largest(member: number): number;
  /** Images that a class gives to an epoch, on average. */
  perEpoch(member: number): number;
  /** Images that each class gave to all batches before number `seq`. The caller's own. */
  before(seq: number): Float64Array;
  /** The shares of batch number `seq`, one for each of its classes; they sum to `batchSize`. */
  at(seq: number): ClassShare[];
}

/**
 * Balanced class sampler: deals the places of every batch to the classes, whose counts in it differ
 * by at most one.
 *
 * In each epoch the classes stand in a circle and the batches walk round it, `classesPerBatch` at a
 * time. So every class appears in an epoch of at least `classes / classesPerBatch` batches, also when
 * classes outnumber places. The places that are left after equal division move round the batch.
 *
 * Each epoch has a new circle: classes that got least so far take the ranks that get most, and chance
 * decides among equals. So the company of a class changes, and nobody falls behind. When the classes of
 * a batch are all classes, totals never differ by more than one image; when they share the batch
 * equally, by no more than one such share.
 *
 * The result remembers where it was, so going forward is cheap. Random access costs one pass over the
 * classes for each epoch before, and one over the batches of the epoch.
 */
export function classShares(options: ClassSharesOptions): ClassShares {
  const { classes, batchSize, classesPerBatch, batchesPerEpoch, keys } = options;
  const base = Math.floor(batchSize / classesPerBatch);
  const extras = batchSize - base * classesPerBatch;

  /** Calls `visit` for each seat of a batch with its rank in the circle and its images. */
  const forSeats = (batch: number, visit: (rank: number, images: number) => void): void => {
    const firstRank = (batch * classesPerBatch) % classes;
    const firstExtra = (batch * extras) % classesPerBatch;
    for (let seat = 0; seat < classesPerBatch; seat += 1) {
      const fromExtra = (seat - firstExtra + classesPerBatch) % classesPerBatch;
      visit((firstRank + seat) % classes, fromExtra < extras ? base + 1 : base);
    }
  };

  const perEpoch = new Float64Array(classes);
  for (let batch = 0; batch < batchesPerEpoch; batch += 1) {
    forSeats(batch, (rank, images) => {
      perEpoch[rank]! += images;
    });
  }
  const ranksRichestFirst = Uint32Array.from(perEpoch.keys()).sort(
    (a, b) => perEpoch[b]! - perEpoch[a]! || a - b,
  );

  /** Class by rank in the circle of `epoch`. */
  const circle = (epoch: number, given: Float64Array): Uint32Array => {
    const poorestFirst = permutation(classes, seededRandom(...keys, epoch)).sort(
      (a, b) => given[a]! - given[b]!,
    );
    const members = new Uint32Array(classes);
    for (const [index, rank] of ranksRichestFirst.entries()) members[rank] = poorestFirst[index]!;
    return members;
  };

  const start = (): Cursor => {
    const given = new Float64Array(classes);
    return { epoch: 0, batch: 0, members: circle(0, given), atStart: given, given: given.slice() };
  };

  const seek = (cursor: Cursor, epoch: number, batch: number): void => {
    while (cursor.epoch < epoch) {
      for (const [rank, member] of cursor.members.entries())
        cursor.atStart[member]! += perEpoch[rank]!;
      cursor.epoch += 1;
      cursor.batch = 0;
      cursor.members = circle(cursor.epoch, cursor.atStart);
      cursor.given.set(cursor.atStart);
    }
    for (; cursor.batch < batch; cursor.batch += 1) {
      forSeats(cursor.batch, (rank, images) => {
        cursor.given[cursor.members[rank]!]! += images;
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
    largest: () => (extras > 0 ? base + 1 : base),
    perEpoch: () => (batchSize * batchesPerEpoch) / classes,
    before: (seq) => goTo(seq).given.slice(),
    at(seq) {
      const { batch, members, given } = goTo(seq);
      const shares: ClassShare[] = [];
      forSeats(batch, (rank, images) => {
        const member = members[rank]!;
        shares.push({ member, images, before: given[member]! });
      });
      return shares;
    },
  };
}

interface Cursor {
  epoch: number;
  batch: number;
  /** Class at each rank of the circle of this epoch. */
  members: Uint32Array;
  /** Images that each class got before this epoch. */
  readonly atStart: Float64Array;
  /** Images that each class got before this batch. */
  readonly given: Float64Array;
}
