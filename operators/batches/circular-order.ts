import { permutation, seededRandom } from '../random.ts';

/** A place in a circular order. */
export interface CircularPlace {
  /** Index of the item, from 0 to `count - 1`. */
  readonly item: number;
  /** Completed turns before this place: how often `item` was drawn already. */
  readonly turn: number;
}

/** An endless sequence of `0 … count - 1` in which every turn of `count` places holds each item once. */
export interface CircularOrder {
  /** Number of items. */
  readonly count: number;
  /** The place number `index`, an integer of 0 or more. Constant time within a turn. */
  at(index: number): CircularPlace;
  /** The whole turn, in order. Borrowed: do not write. */
  turn(turn: number): Uint32Array;
}

/**
 * Infinite sampler without replacement: walks `count` items for ever, reshuffled each turn; a
 * function of its arguments alone.
 *
 * No item occurs twice among `window` consecutive places, unless there are fewer items than places.
 * To keep that promise across the end of a turn:
 *
 * - With at least `3 * window` items every turn is shuffled anew, so that over time every item meets
 *   every other. Items of the last `window - 1` places of the turn before that would come up again in
 *   the first `window - 1` change places with items from the middle. The end of a turn is never
 *   touched, so any turn can be computed from its own shuffle and the one before.
 * - With fewer items there is too little room for that, and one shuffled circle serves every turn.
 *
 * Holds one turn: 4 bytes for each item.
 *
 * @param count Items, an integer of 1 or more.
 * @param window Places that must hold different items, an integer of 1 or more.
 * @param keys Seed of the order, as for `seededRandom`.
 */
export function circularOrder(
  count: number,
  window: number,
  ...keys: readonly (string | number)[]
): CircularOrder {
  const reshuffled = count >= 3 * window;
  const shuffled = (turn: number): Uint32Array => permutation(count, seededRandom(...keys, turn));
  let held = -1;
  let order: Uint32Array = new Uint32Array(0);

  const turn = (wanted: number): Uint32Array => {
    const turn = reshuffled ? wanted : 0;
    if (turn !== held) {
      const before = turn === held + 1 && held >= 0 ? order : undefined;
      order = shuffled(turn);
      if (turn > 0 && window > 1) {
        // The end of a turn is its plain shuffle, so the held turn saves computing that again.
        separate(
          order,
          before ?? shuffled(turn - 1),
          window - 1,
          seededRandom(...keys, turn, 'swap'),
        );
      }
      held = turn;
    }
    return order;
  };

  return {
    count,
    at(index) {
      const number = Math.floor(index / count);
      return { item: turn(number)[index - number * count]!, turn: number };
    },
    turn,
  };
}

/** Moves the items that end `before` out of the first `gap` places of `order`, into its middle. */
function separate(
  order: Uint32Array,
  before: Uint32Array,
  gap: number,
  random: { below(limit: number): number },
): void {
  const count = order.length;
  const recent = new Set(before.subarray(count - gap));
  const middle = count - 2 * gap;
  for (let place = 0; place < gap; place += 1) {
    const item = order[place]!;
    if (!recent.has(item)) continue;
    // With at least `3 * gap` items, the middle always has one that is not recent.
    let other = gap + random.below(middle);
    while (recent.has(order[other]!)) other = gap + ((other - gap + 1) % middle);
    order[place] = order[other]!;
    order[other] = item;
  }
}
