import path from 'node:path';
import { readColumnBlocks } from '../../arrow/read-columns.ts';

/** Name of the file in an evaluation. */
export const curvesName = 'curves.arrow';

/** Kinds of curves in it. */
export type CurveKind = 'roc' | 'precision_recall';

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
  for await (const block of readColumnBlocks(path.join(evaluation, curvesName))) {
    const [curves, classes] = [block.text('curve'), block.text('class')];
    const [x, y] = [block.number('x'), block.number('y')];
    for (const [row, name] of classes.entries()) {
      const kind = curves[row];
      if (!isWanted(name) || (kind !== 'roc' && kind !== 'precision_recall')) continue;
      const points = found[kind].get(name) ?? { x: [], y: [] };
      found[kind].set(name, points);
      points.x.push(x[row]!);
      points.y.push(y[row]!);
    }
  }
  return found;
}
