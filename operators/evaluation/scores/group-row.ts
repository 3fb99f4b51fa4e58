import type { EvaluationRow } from './evaluation-rows.ts';

/** A number of the test images with one value of an attribute, as a row of `evaluation.arrow`. */
export interface GroupRow extends EvaluationRow {
  readonly group: string;
}

/** Rows as those of a group. */
export function ofOneGroup(group: string, rows: readonly EvaluationRow[]): GroupRow[] {
  return Array.from(rows, (row) => ({ ...row, group }));
}
