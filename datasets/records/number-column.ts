/** Arrays that a column of numbers grows in. */
type Numbers = Int32Array | Uint32Array | Float64Array;

/** A column of numbers that grows. */
export interface NumberColumn<A extends Numbers> {
  push(value: number): void;
  /** The values at some places, in that order. */
  taken(order: Uint32Array): A;
  /** All values, in a copy. */
  all(): A;
}

/** An empty column. @param make An array of a size, zeros. */
export function numberColumn<A extends Numbers>(make: (size: number) => A): NumberColumn<A> {
  let values = make(1024);
  let length = 0;
  return {
    push(value) {
      if (length === values.length) {
        const larger = make(2 * length);
        larger.set(values);
        values = larger;
      }
      values[length] = value;
      length += 1;
    },
    taken(order) {
      const some = make(order.length);
      for (const [at, place] of order.entries()) some[at] = values[place]!;
      return some;
    },
    all: () => values.slice(0, length) as A,
  };
}
