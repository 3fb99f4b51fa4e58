import path from 'node:path';
import { tableRows } from '../../arrow/table-rows.ts';

/** Name of the file in an evaluation. */
export const curvesName = 'curves.arrow';

/** Kinds of curves in it. */
export type CurveKind = 'roc' | 'precision_recall';

const columns = { curve: 'text', class: 'text?', x: 'number', y: 'number' } as const;

/** Points of a curve. */
export interface CurvePoints {
  readonly x: readonly number[];
  readonly y: readonly number[];
}

/**
 * Reads curves of an evaluation by class; null is over all classes.
 *
 * @param isWanted Classes that are read: others cost no memory.
 * @throws {PipelineError} `ERR_READ`, `ERR_FORMAT`.
 */
export async function readCurves(
  evaluation: string,
  isWanted: (name: string | null) => boolean,
): Promise<Readonly<Record<CurveKind, ReadonlyMap<string | null, CurvePoints>>>> {
  type Points = { x: number[]; y: number[] };
  const found = {
    roc: new Map<string | null, Points>(),
    precision_recall: new Map<string | null, Points>(),
  };
  for await (const row of tableRows(path.join(evaluation, curvesName), columns)) {
    const { curve, class: name } = row;
    if (!isWanted(name) || (curve !== 'roc' && curve !== 'precision_recall')) continue;
    const points = found[curve].get(name) ?? { x: [], y: [] };
    found[curve].set(name, points);
    points.x.push(row.x);
    points.y.push(row.y);
  }
  return found;
}
