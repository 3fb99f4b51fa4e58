import type {
  DuplicatePair,
  NearDuplicates,
} from '../../operators/curation/duplicates/duplicates.ts';
import type { DuplicateImage } from '../../operators/curation/duplicates/numbered-images.ts';
import type { TableColumn } from '../arrow/table-file.ts';
import { type ResultContent, type ResultReport, writeResult } from './result-folder.ts';
import type { SetSource } from './set-source.ts';

/** Provenance of duplicates. */
export interface DuplicatesProvenance {
  readonly layer: string;
  readonly maxPairs: number;
  /** One or two. */
  readonly sets: readonly SetSource[];
}

/**
 * Writes duplicates into a folder, which is made if need be.
 *
 * ```
 * pairs.arrow    a row for each pair, the most similar first
 * groups.arrow   a row for each image in a group, group by group
 * drop.arrow     images to drop, and the one of the group that stays
 * summary.json   their numbers, at higher thresholds as well
 * ```
 *
 * @throws {PipelineError} `ERR_WRITE`.
 * @throws The reason of `signal`, when it aborts first; there is no summary then.
 */
export async function writeDuplicates(
  folder: string,
  duplicates: NearDuplicates,
  provenance: DuplicatesProvenance,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<ResultReport> {
  const members = membersOf(duplicates);
  const drops = members.filter(({ drop }) => drop);
  const content: ResultContent = {
    format: 'sincere-duplicates',
    version: 1,
    tables: [
      { name: 'pairs.arrow', columns: pairColumns(duplicates), rows: duplicates.listed },
      { name: 'groups.arrow', columns: memberColumns(members), rows: members.length },
      { name: 'drop.arrow', columns: dropColumns(drops), rows: drops.length },
    ],
    summary: { ...provenance, ...duplicatesSummary(duplicates) },
  };
  return await writeResult(folder, content, { signal });
}

/** Duplicates as JSON has them: all but pairs and groups themselves. */
export function duplicatesSummary({
  pair: _pair,
  group: _group,
  ...summary
}: NearDuplicates): Omit<NearDuplicates, 'pair' | 'group'> {
  return summary;
}

/** An image of a group. */
interface Member {
  readonly image: DuplicateImage;
  readonly drop: boolean;
  readonly of: {
    readonly number: number;
    readonly first: DuplicateImage;
    readonly size: number;
    readonly classes: number;
    readonly weakestLink: number;
  };
}

function membersOf({ groups, group }: NearDuplicates): readonly Member[] {
  return Array.from({ length: groups }, (_, number) => {
    const { members, drops, classes, weakestLink } = group(number);
    const [first] = members as readonly [DuplicateImage];
    const of = { number, first, size: members.length, classes: classes.length, weakestLink };
    return members.map((image, at) => ({ image, drop: drops[at]!, of }));
  }).flat();
}

function pairColumns({ pair }: NearDuplicates): TableColumn[] {
  // The columns of a chunk ask for the same pairs, one column after the other.
  let chunk: { from: number; to: number; pairs: readonly DuplicatePair[] } | undefined;
  const pairsOf = (from: number, to: number): readonly DuplicatePair[] => {
    if (chunk?.from !== from || chunk.to !== to) {
      chunk = { from, to, pairs: Array.from({ length: to - from }, (_, at) => pair(from + at)) };
    }
    return chunk.pairs;
  };
  const text = (name: string, value: (pair: DuplicatePair) => string | null): TableColumn => ({
    name,
    type: 'utf8',
    nullable: name.endsWith('class'),
    values: (from, to) => pairsOf(from, to).map(value),
  });
  return [
    text('id', ({ image }) => image.id),
    text('other_id', ({ other }) => other.id),
    /** Cosine similarity, exactly 1 for vectors that are equal bit for bit. */
    {
      name: 'similarity',
      type: 'float64',
      values: (from, to) => pairsOf(from, to).map(({ similarity }) => similarity),
    },
    /** `file`: the same file. `vector`: the same vector, bit for bit, of another or unknown file. `near`: neither. */
    text('kind', ({ kind }) => kind),
    text('set', ({ image }) => image.set),
    text('other_set', ({ other }) => other.set),
    /** Null when unknown. */
    text('class', ({ image }) => image.class),
    text('other_class', ({ other }) => other.class),
  ];
}

type TextOf = (member: Member) => string | null;
type NumberOf = (member: Member) => number;

function columnsOf(members: readonly Member[]) {
  return {
    text: (name: string, value: TextOf): TableColumn => ({
      name,
      type: 'utf8',
      nullable: name === 'class',
      values: (from, to) => members.slice(from, to).map(value),
    }),
    number: (name: string, type: 'int32' | 'float64', value: NumberOf): TableColumn => ({
      name,
      type,
      values: (from, to) => members.slice(from, to).map(value),
    }),
  };
}

function memberColumns(members: readonly Member[]): TableColumn[] {
  const { text, number } = columnsOf(members);
  return [
    /** From 0, in the order of their first images. */
    number('group', 'int32', ({ of }) => of.number),
    text('id', ({ image }) => image.id),
    text('set', ({ image }) => image.set),
    /** Null when unknown. */
    text('class', ({ image }) => image.class),
    /** The first image of the group, which stands for it. */
    text('representative_id', ({ of }) => of.first.id),
    /** 1 for those of `drop.arrow`, else 0. */
    number('drop', 'int32', ({ drop }) => Number(drop)),
    /** Images of the group. */
    number('size', 'int32', ({ of }) => of.size),
    /** Known classes of the group: with two or more a label is wrong, or the classes cannot be told apart. */
    number('classes', 'int32', ({ of }) => of.classes),
    /** Least similarity of a link that the group needs: at a higher threshold it falls apart. */
    number('weakest_link', 'float64', ({ of }) => of.weakestLink),
  ];
}

function dropColumns(drops: readonly Member[]): TableColumn[] {
  const { text, number } = columnsOf(drops);
  return [
    text('id', ({ image }) => image.id),
    text('set', ({ image }) => image.set),
    text('class', ({ image }) => image.class),
    /** The image of the group that stays. */
    text('kept_id', ({ of }) => of.first.id),
    text('kept_set', ({ of }) => of.first.set),
    number('group', 'int32', ({ of }) => of.number),
  ];
}
