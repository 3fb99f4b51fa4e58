import { convert, type ConvertAdvance, type Converted } from '../convert.ts';
import { followRun, type Desk } from '../command-line/follow-run.ts';
import type { ConvertOptions } from '../options/shared-options.ts';
import { showProgress } from '../command-line/progress.ts';
import { shownBytes } from '../command-line/shown-bytes.ts';
import type { Outcome } from '../command-line/outcome.ts';

/** `convert` with progress and signals. */
export async function convertCommand(options: ConvertOptions, desk: Desk): Promise<Outcome> {
  const { source, to, out } = options;
  const progress = showProgress<ConvertAdvance | Converted>({
    status: desk.status,
    readingOf: (event) =>
      event.kind === 'progress'
        ? { label: 'convert', done: event.done, total: event.total, unit: 'rows' }
        : undefined,
  });
  const { last } = await followRun(convert(options), desk, { progress });
  if (last?.kind !== 'result') {
    return {
      exitCode: 130,
      // The signal may have come when the file had its name already.
      lines: ['stopped; nothing is left half-written'],
      json: { verb: 'convert', source, to, out, interrupted: true },
    };
  }
  const { rows, bytes } = last.report;
  return {
    exitCode: 0,
    lines: [`wrote ${rows.toLocaleString('en')} rows, ${shownBytes(bytes)}, to ${out}`],
    json: { verb: 'convert', source, to, out, interrupted: false, rows, bytes },
  };
}
