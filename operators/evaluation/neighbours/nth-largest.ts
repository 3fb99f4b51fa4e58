/**
 * Quickselect: the `n`-th largest of the first `count` values, `n` from 1 to `count`, in linear time on average.
 * Reorders them.
 *
 * @see Hoare, Algorithm 65: FIND, 1961. Equal values are exchanged too, so that many of them do not make it quadratic.
 */
export function nthLargest(values: Float32Array, count: number, n: number): number {
  const target = n - 1;
  let [low, high] = [0, count - 1];
  while (low < high) {
    const pivot = medianOfThree(values[low]!, values[(low + high) >>> 1]!, values[high]!);
    let [i, j] = [low, high];
    while (i <= j) {
      while (values[i]! > pivot) i += 1;
      while (values[j]! < pivot) j -= 1;
      if (i <= j) {
        const held = values[i]!;
        values[i] = values[j]!;
        values[j] = held;
        i += 1;
        j -= 1;
      }
    }
    if (target <= j) high = j;
    else if (target >= i) low = i;
    else return values[target]!;
  }
  return values[target]!;
}

function medianOfThree(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}
