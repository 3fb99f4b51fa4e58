import path from 'node:path';
import { openEventFile } from '../tensorboard/event-file.ts';
import { openLinesFile } from './lines-file.ts';

/** What a row is about: a step, or a validation. */
export type RowKind = 'train' | 'validation';

/** Numbers by the names of their columns, `step` among them. */
export type MirroredRow = Readonly<Record<string, number>>;

/** A copy of the rows of a run in the format of another tool. */
export interface RowMirror {
  /** Settles when the row is in the file. */
  append(kind: RowKind, row: MirroredRow): Promise<void>;
  /** Idempotent. */
  close(): Promise<void>;
}

/** Rows that a run has already, in order. */
export type EarlierRows = AsyncIterable<readonly [kind: RowKind, row: MirroredRow]>;

/** The file of `openMetricsLines` in a run folder, and the folder of `openEventRows`. */
export const linesName = 'metrics.jsonl';
export const eventsName = 'tensorboard';

/**
 * Rows of a run as JSON lines, for tools that read no Arrow: `{"kind":"train","step":0,"loss":5.4,…}`. What is not finite
 * is null.
 *
 * The file is made anew from `earlier`, so that it always holds the rows of the Arrow files, however the run was broken.
 *
 * @throws {PipelineError} `ERR_WRITE`, and what `earlier` throws.
 */
export async function openMetricsLines(folder: string, earlier: EarlierRows): Promise<RowMirror> {
  const lines = await openLinesFile(path.join(folder, linesName));
  const append = (kind: RowKind, row: MirroredRow): Promise<void> =>
    lines.append(JSON.stringify({ kind, ...row }));
  try {
    for await (const [kind, row] of earlier) await append(kind, row);
  } catch (error) {
    await lines.close();
    throw error;
  }
  return { append, close: () => lines.close() };
}

/**
 * Rows of a run as TensorBoard shows them: each column under `train/COLUMN` or `validation/COLUMN`. See `openEventFile`.
 *
 * @param startAt Steps that are behind the run.
 * @throws {PipelineError} `ERR_WRITE`.
 */
export async function openEventRows(folder: string, startAt: number): Promise<RowMirror> {
  const events = await openEventFile(path.join(folder, eventsName), { startAt });
  return {
    append: (kind, row) => events.append(row['step']!, taggedValues(kind, row)),
    close: () => events.close(),
  };
}

/** Values of a row under the tags of TensorBoard: `train/loss`. */
export function taggedValues(kind: RowKind, { step: _step, ...values }: MirroredRow): MirroredRow {
  const tagged = Object.entries(values).map(([name, value]) => [`${kind}/${name}`, value]);
  return Object.fromEntries(tagged) as MirroredRow;
}
