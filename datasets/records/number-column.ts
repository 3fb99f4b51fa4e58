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

/** An empty column: takes no memory while all its values are the same. @param make An array of a size, zeros. */
export function numberColumn<A extends Numbers>(make: (size: number) => A): NumberColumn<A> {
  let values: A | undefined;
  let length = 0;
  let usual = 0;
  const roomFor = (one: number): A => {
    if (values === undefined) {
      values = make(Math.max(1024, 2 * one)).fill(usual, 0, length) as A;
    } else if (one > values.length) {
      const larger = make(2 * one);
      larger.set(values);
      values = larger;
    }
    return values;
  };
  return {
    push(value) {
      if (length === 0) usual = value;
      if (values !== undefined || value !== usual) roomFor(length + 1)[length] = value;
      length += 1;
    },
    taken(order) {
      const some = make(order.length);
      if (values === undefined) return some.fill(usual) as A;
      for (const [at, place] of order.entries()) some[at] = values[place]!;
      return some;
    },
    all: () => (values?.slice(0, length) ?? make(length).fill(usual)) as A,
  };
}
