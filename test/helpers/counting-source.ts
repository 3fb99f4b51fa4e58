/** An async iterable that counts what is asked of it. */
export interface CountingSource extends AsyncIterable<number> {
  /** Iterators made. */
  readonly iterators: number;
  /** Calls of `next`, over all iterators. */
  readonly pulled: number;
  /** Calls of `return`, over all iterators. */
  readonly returned: number;
}

/** Yields 0 … `length - 1`; the call of `next` for `failAt` rejects instead. */
export function countingSource(length: number, options: { failAt?: number } = {}): CountingSource {
  let iterators = 0;
  let pulled = 0;
  let returned = 0;
  return {
    get iterators() {
      return iterators;
    },
    get pulled() {
      return pulled;
    },
    get returned() {
      return returned;
    },
    [Symbol.asyncIterator]() {
      iterators += 1;
      let at = 0;
      return {
        async next() {
          pulled += 1;
          if (at === options.failAt) throw new Error(`no plan ${at}`);
          return at < length ? { done: false, value: at++ } : { done: true, value: undefined };
        },
        async return() {
          returned += 1;
          return { done: true, value: undefined };
        },
      };
    },
  };
}
