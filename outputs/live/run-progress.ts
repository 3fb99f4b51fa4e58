import path from 'node:path';
import { openFileWindow } from '../../operators/files/file-window.ts';
import { statOf } from '../../operators/files/stat-of.ts';
import { endOfStream } from '../arrow/arrow-writer.ts';
import { readLogCount } from '../arrow/log-sidecar.ts';
import type { ReportRun } from '../report/material/material.ts';
import { configName } from '../run/saved-config.ts';

/** How far a run is. */
export interface RunProgress {
  /** Steps that are in its log. */
  readonly steps: number;
  /** Steps that it is planned with; null where it does not say. */
  readonly total: number | null;
  /** Has ended its log: at its last step, or before that. */
  readonly ended: boolean;
}

/** Files of a run that grow or change while it goes on. */
const grown = [
  configName,
  'metrics.arrows',
  'metrics.arrows.json',
  'validation.arrows',
  'drawn.arrow',
  'quarantine.arrow',
];

/** What changes when a run goes on, also one that is cut and resumed: sizes and times of its files. None is read. */
export async function stampOf(run: string): Promise<string> {
  const stamps = await Promise.all(
    grown.map(async (name) => {
      const file = path.join(run, name);
      const stat = await statOf(file);
      return stat === undefined ? '' : `${stat.ino}:${stat.size}:${stat.mtimeMs}`;
    }),
  );
  return stamps.join(' ');
}

/** How far a run is, by the last bytes of its log and the count beside it. @throws {PipelineError} When it cannot be read. */
export async function progressOf({ path: run, saved }: ReportRun): Promise<RunProgress> {
  const file = path.join(run, 'metrics.arrows');
  const total = saved.config['steps'];
  const planned = typeof total === 'number' ? total : null;
  if ((await statOf(file)) === undefined) return { steps: 0, total: planned, ended: false };
  const steps = await readLogCount(file);
  const window = await openFileWindow(file);
  try {
    const from = Math.max(0, window.size - endOfStream.byteLength);
    const tail = Buffer.from(await window.bytes(from, endOfStream.byteLength));
    return { steps, total: planned, ended: tail.equals(endOfStream) };
  } finally {
    await window.close();
  }
}
