/** Pairs of rows, the most similar first; ties: the lowest `first`, then the lowest `second`. */
export interface Pairs {
  /** `[count]` number of the one row, which is the lower one. */
  readonly first: Int32Array;
  /** `[count]` number of the other row. */
  readonly second: Int32Array;
  /** `[count]` cosine similarity. */
  readonly similarity: Float64Array;
}

/** Summary of any number of pairs in bounded memory. */
export interface PairSummary {
  /** The most similar ones, as many as were asked for. */
  readonly pairs: Pairs;
  /** Maximum spanning forest: the components of all pairs at any threshold are those of these links, fewer than rows. */
  readonly links: Pairs;
  /** `[ladder]` number of pairs at or above each threshold. */
  readonly counts: Float64Array;
}

/** What a summary keeps. */
export interface PairSummaryOptions {
  /** Rows that pairs are of; their numbers are below. */
  readonly rows: number;
  /** Pairs that are kept. */
  readonly maxPairs: number;
  /** Thresholds of `counts`, ascending. */
  readonly ladder: readonly number[];
}

/** Takes pairs in whatever order. */
export interface PairGatherer {
  /** @param first Below `second`. */
  offer(first: number, second: number, similarity: number): void;
  /** Takes all pairs that another summary of the same options is of. */
  merge(summary: PairSummary): void;
  /** The summary. Ends the gathering. */
  summary(): PairSummary;
}

/** Pairs that are put in order at a time, unless there are more rows. */
const leastBatch = 2 ** 16;

/**
 * Streaming summary of pairs: the best of them, a maximum spanning forest (Kruskal's algorithm on the forest so far and the
 * next batch), and counts. A function of the pairs alone, not of their order: the order by which both are chosen is total.
 *
 * Memory: some 32 bytes for each pair that is kept, and some 60 for each row.
 */
export function pairGatherer({ rows, maxPairs, ladder }: PairSummaryOptions): PairGatherer {
  const size = Math.max(leastBatch, rows);
  const batch = roomFor(size);
  const counts = new Float64Array(ladder.length);
  const component = Int32Array.from({ length: rows }, (_, row) => row);
  const weakest = new Int32Array(rows).fill(-1);
  let filled = 0;
  let best = noPairs;
  let links = noPairs;

  const add = (first: number, second: number, similarity: number): void => {
    batch.first[filled] = first;
    batch.second[filled] = second;
    batch.similarity[filled] = similarity;
    filled += 1;
    if (filled === size) flush();
  };

  /** Takes pairs in order. */
  const take = (next: Pick<PairSummary, 'pairs' | 'links'>): void => {
    best = mergedPairs(best, next.pairs, maxPairs);
    links = spanningForest(mergedPairs(links, next.links, Infinity), component);
    weakest.fill(-1);
    for (const [at, row] of links.first.entries()) weakest[component[row]!] = at;
  };

  const flush = (): void => {
    if (filled === 0) return;
    const next = sortedPairs(batch, filled);
    filled = 0;
    take({ pairs: next, links: next });
  };

  /** True when neither the best nor the forest can want a pair. */
  const isUseless = (first: number, second: number, similarity: number): boolean => {
    const kept = best.first.length;
    if (kept < maxPairs || (kept > 0 && isBefore(first, second, similarity, best, kept - 1))) {
      return false;
    }
    const own = component[first]!;
    return own === component[second]! && !isBefore(first, second, similarity, links, weakest[own]!);
  };

  return {
    offer(first, second, similarity) {
      for (let at = 0; at < ladder.length && similarity >= ladder[at]!; at += 1) counts[at]! += 1;
      if (!isUseless(first, second, similarity)) add(first, second, similarity);
    },
    merge(summary) {
      flush();
      take(summary);
      for (let at = 0; at < counts.length; at += 1) counts[at]! += summary.counts[at]!;
    },
    summary() {
      flush();
      return { pairs: best, links, counts };
    },
  };
}

const noPairs: Pairs = {
  first: new Int32Array(0),
  second: new Int32Array(0),
  similarity: new Float64Array(0),
};

function roomFor(count: number): Pairs {
  return {
    first: new Int32Array(count),
    second: new Int32Array(count),
    similarity: new Float64Array(count),
  };
}

/** Whether a pair comes before pair number `at` of others. */
function isBefore(
  first: number,
  second: number,
  similarity: number,
  others: Pairs,
  at: number,
): boolean {
  const other = others.similarity[at]!;
  if (similarity !== other) return similarity > other;
  const otherFirst = others.first[at]!;
  return first === otherFirst ? second < others.second[at]! : first < otherFirst;
}

function sortedPairs({ first, second, similarity }: Pairs, count: number): Pairs {
  const order = Uint32Array.from({ length: count }, (_, at) => at);
  order.sort(
    (a, b) => similarity[b]! - similarity[a]! || first[a]! - first[b]! || second[a]! - second[b]!,
  );
  const sorted = roomFor(count);
  for (let to = 0; to < count; to += 1)
    copyPair({ first, second, similarity }, order[to]!, sorted, to);
  return sorted;
}

function copyPair(from: Pairs, at: number, sorted: Pairs, to: number): void {
  sorted.first[to] = from.first[at]!;
  sorted.second[to] = from.second[at]!;
  sorted.similarity[to] = from.similarity[at]!;
}

/** Both in one order, the first `most` of them. A pair is in one of them only. */
function mergedPairs(a: Pairs, b: Pairs, most: number): Pairs {
  const merged = roomFor(Math.min(most, a.first.length + b.first.length));
  let [inA, inB] = [0, 0];
  for (let to = 0; to < merged.first.length; to += 1) {
    const takesA =
      inB === b.first.length ||
      (inA < a.first.length && isBefore(a.first[inA]!, a.second[inA]!, a.similarity[inA]!, b, inB));
    if (takesA) copyPair(a, inA++, merged, to);
    else copyPair(b, inB++, merged, to);
  }
  return merged;
}

/**
 * The links that join what was apart, in order: Kruskal's algorithm.
 *
 * @param component Filled with the lowest row of the component of each row.
 */
export function spanningForest(pairs: Pairs, component: Int32Array): Pairs {
  for (let row = 0; row < component.length; row += 1) component[row] = row;
  let count = 0;
  const links = roomFor(Math.min(pairs.first.length, Math.max(0, component.length - 1)));
  for (let at = 0; at < pairs.first.length; at += 1) {
    const a = rootOf(component, pairs.first[at]!);
    const b = rootOf(component, pairs.second[at]!);
    if (a === b) continue;
    // The lowest row is the root, so that every row ends below the number of none of its component.
    component[Math.max(a, b)] = Math.min(a, b);
    copyPair(pairs, at, links, count++);
  }
  for (let row = 0; row < component.length; row += 1) component[row] = rootOf(component, row);
  return {
    first: links.first.slice(0, count),
    second: links.second.slice(0, count),
    similarity: links.similarity.slice(0, count),
  };
}

/** Root of a row, halving the path to it. */
function rootOf(component: Int32Array, row: number): number {
  let at = row;
  while (component[at] !== at) {
    component[at] = component[component[at]!]!;
    at = component[at]!;
  }
  return at;
}
