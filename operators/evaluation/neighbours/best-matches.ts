import type { Matches } from './matches.ts';

/** Bounded priority list of each query: the best matches so far. */
export interface BestMatches {
  /** The similarity in the last place of a query: less does not get in. */
  worst(query: number): number;
  /** Takes a match if it is better than the last one. Ties: the lowest position comes first. */
  offer(query: number, position: number, similarity: number, label: number): void;
  /** The matches. Ends the offering. */
  matches(): Matches;
}

/** `places` empty places for each of `queries`. */
export function bestMatches(queries: number, places: number): BestMatches {
  const positions = new Int32Array(queries * places).fill(-1);
  const similarities = new Float64Array(queries * places).fill(Number.NEGATIVE_INFINITY);
  const labels = new Int32Array(queries * places).fill(-1);
  const isBefore = (similarity: number, position: number, at: number): boolean =>
    similarity > similarities[at]! ||
    (similarity === similarities[at]! && position < positions[at]!);
  return {
    worst: (query) => similarities[query * places + places - 1]!,
    offer(query, position, similarity, label) {
      const first = query * places;
      let at = first + places - 1;
      if (!isBefore(similarity, position, at)) return;
      for (; at > first && isBefore(similarity, position, at - 1); at -= 1) {
        positions[at] = positions[at - 1]!;
        similarities[at] = similarities[at - 1]!;
        labels[at] = labels[at - 1]!;
      }
      positions[at] = position;
      similarities[at] = similarity;
      labels[at] = label;
    },
    matches() {
      for (let at = 0; at < positions.length; at += 1) {
        if (positions[at] === -1) similarities[at] = Number.NaN;
      }
      return { positions, similarities, labels };
    },
  };
}
