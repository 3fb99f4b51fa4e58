/** The best of the values that were offered, few in memory. */
export interface FirstBy<T> {
  offer(value: T, score: number): void;
  /** Best first; of equal ones the one that was offered first. */
  values(): readonly T[];
}

/** Keeps the values of the highest scores. @param most 1 or more. */
export function firstBy<T>(most: number): FirstBy<T> {
  const kept: { readonly value: T; readonly score: number }[] = [];
  return {
    offer(value, score) {
      if (Number.isNaN(score)) return;
      if (kept.length === most && score <= kept.at(-1)!.score) return;
      const place = kept.findIndex((one) => one.score < score);
      kept.splice(place < 0 ? kept.length : place, 0, { value, score });
      if (kept.length > most) kept.pop();
    },
    values: () => kept.map(({ value }) => value),
  };
}
