/** Arrays that a column of numbers grows in. */
type Numbers = Int32Array | Uint32Array | Float64Array;

/** A column of numbers that grows. */
export interface NumberColumn<A extends Numbers> {
  push(value: number): void;
  /** All values, handed over: the column is of no use afterwards. */
  all(): A;
  /**
   * All values by their places in another order, which names each place once; handed over: the column is of no use
   * afterwards.
   */
  inOrder(order: Uint32Array): A;
}

/** An empty column, which takes no memory while all values are the same. @param make An array of a size, zeros. */
export function numberColumn<A extends Numbers>(make: (size: number) => A): NumberColumn<A> {
  let values = make(0);
  let first = 0;
  let length = 0;
  const isConstant = (): boolean => values.length === 0;
  /** Room for one more. */
  const grow = (): void => {
    const larger = make(Math.max(1024, 2 * length));
    if (isConstant()) larger.fill(first, 0, length);
    else larger.set(values);
    values = larger;
  };
  return {
    push(value) {
      if (length === 0) first = value;
      const isSame = isConstant() && value === first;
      if (!isSame && length >= values.length) grow();
      if (!isSame) values[length] = value;
      length += 1;
    },
    all: () => (isConstant() ? constant(make(length), first) : (values.subarray(0, length) as A)),
    inOrder(order) {
      if (isConstant()) return constant(make(length), first);
      permute(values, order);
      return values.subarray(0, length) as A;
    },
  };
}

/** Zeros that are not written take no memory of a large array. */
function constant<A extends Numbers>(zeros: A, value: number): A {
  if (value !== 0) zeros.fill(value);
  return zeros;
}

/** Moves the value at `order[at]` to `at`, for all places, circle by circle: a copy would be as large again. */
function permute(values: Numbers, order: Uint32Array): void {
  const isMoved = new Uint8Array(order.length);
  for (let start = 0; start < order.length; start += 1) {
    if (isMoved[start] === 1) continue;
    const left = values[start]!;
    let at = start;
    while (order[at] !== start) {
      values[at] = values[order[at]!]!;
      isMoved[at] = 1;
      at = order[at]!;
    }
    values[at] = left;
    isMoved[at] = 1;
  }
}
