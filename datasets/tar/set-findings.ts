import type { Seen, ShardFindings, ShardIndex } from './shard-index.ts';

/** Kinds of what was found in the members of a set. */
export type FoundKind =
  | Exclude<keyof ShardFindings, 'others' | 'end'>
  | 'further'
  | 'repeated'
  | 'beside'
  | 'unsaid'
  | 'unclear'
  | 'withoutEnd'
  | 'joined'
  | 'trailing';

/** What was found in the members of a set, by kind. */
export interface SetFindings {
  see(kind: FoundKind, example: string): void;
  of(kind: FoundKind): Seen | undefined;
  /** Files of no sample with an image, by the ending of their names, the most frequent first. */
  readonly others: readonly (readonly [ending: string, seen: Seen])[];
}

/** Sums what was found in the shards of a set. @param names Of the shards, for what is about a whole one. */
export function setFindings(
  shards: readonly ShardIndex[],
  names: readonly string[] = [],
): SetFindings {
  const found = new Map<FoundKind, Seen>();
  const others = new Map<string, Seen>();
  const count = (kind: FoundKind, { count: more, example }: Seen): void => {
    if (more > 0) found.set(kind, sumOf(found.get(kind), { count: more, example }));
  };
  for (const [at, { findings, further, superseded, names: images }] of shards.entries()) {
    const { others: own, end, ...kinds } = findings;
    for (const [kind, seen] of Object.entries(kinds))
      if (seen !== undefined) count(kind as FoundKind, seen);
    for (const [ending, seen] of Object.entries(own)) {
      others.set(ending, sumOf(others.get(ending), seen));
    }
    for (const [kind, rows] of Object.entries({ further, repeated: superseded })) {
      const [first] = rows;
      const example = first === undefined ? '' : images.at(first);
      count(kind as FoundKind, { count: rows.length, example });
    }
    const example = names[at] ?? '';
    count('withoutEnd', { count: end.hasEnd ? 0 : 1, example });
    count('joined', { count: end.joined > 0 ? 1 : 0, example });
    count('trailing', { count: end.trailing, example });
  }
  return {
    see: (kind, example) => count(kind, { count: 1, example }),
    of: (kind) => found.get(kind),
    others: [...others].sort(([one, a], [other, b]) => b.count - a.count || (one < other ? -1 : 1)),
  };
}

function sumOf(known: Seen | undefined, more: Seen): Seen {
  return known === undefined ? more : { ...known, count: known.count + more.count };
}
