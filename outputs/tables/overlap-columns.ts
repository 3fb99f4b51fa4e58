import type { OverlapRow, SetOverlap } from '../../operators/evaluation/overlap/set-overlap.ts';
import type { TableColumn } from '../arrow/table-file.ts';

/** Columns of `overlap.arrow`: a row for each test image that stands in the training set, too; none leave-one-out. */
export function overlapColumns(overlap: SetOverlap | null): TableColumn[] {
  const rowsOf = <V>(from: number, to: number, value: (row: OverlapRow) => V): V[] =>
    Array.from({ length: to - from }, (_, at) => value(overlap!.row(from + at)));
  const text = (
    name: string,
    nullable: boolean,
    value: (row: OverlapRow) => string | null,
  ): TableColumn => ({
    name,
    type: 'utf8',
    nullable,
    values: (from, to) => rowsOf(from, to, value),
  });
  return [
    /** Id of the test image. */
    text('test_id', false, ({ testId }) => testId),
    /** Its class; null when unknown. */
    text('test_class', true, ({ testClass }) => testClass),
    /** The first training image that it equals. */
    text('train_id', false, ({ trainId }) => trainId),
    text('train_class', true, ({ trainClass }) => trainClass),
    /** `content`: the same file. `vector`: the same vector, bit for bit, of another or unknown file. */
    text('by', false, ({ by }) => by),
    /** Training images that it equals. */
    {
      name: 'train_images',
      type: 'int32',
      values: (from, to) => rowsOf(from, to, ({ copies }) => copies),
    },
  ];
}

/** Overlap as `summary.json` has it; null leave-one-out. */
export function overlapSummary(overlap: SetOverlap | null): OverlapSummary | null {
  return overlap === null ? null : { content: overlap.content, vector: overlap.vector };
}

/** Counts of an overlap. */
export type OverlapSummary = Pick<SetOverlap, 'content' | 'vector'>;
