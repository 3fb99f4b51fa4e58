import { openArrowSource } from '../outputs/convert/arrow-source.ts';
import type { ConversionReport } from '../outputs/convert/conversion.ts';
import { formatOf } from '../outputs/convert/formats.ts';
import { checkTarget } from '../operators/files/check-target.ts';
import { type ConvertOptions, convertVerb } from './options/convert-options.ts';
import { runTask } from './parts/run-task.ts';
import { type Run, startRun } from './parts/start-run.ts';

/**
 * Writes the rows of an embeddings folder, an Arrow file or an Arrow stream as one Parquet or CSV file.
 *
 * The file appears when it is complete, in the place of an earlier one. Memory does not grow with the rows.
 *
 * @throws {PipelineError} `ERR_FORMAT` when the source cannot be read, `ERR_WRITE` when the file cannot be written.
 * @example
 * ```ts
 * const { rows } = await convert({ source: 'runs/a/test', to: 'parquet', out: 'test.parquet' });
 * ```
 */
export function convert(given: ConvertOptions): Run<ConversionReport> {
  return startRun(convertVerb, given, async (options, scope) => {
    const { to, out, vectors } = options;
    const { signal } = scope;
    const source = scope.use(await openArrowSource(options.source));
    // Before the work, so that a file that cannot be written costs no wait.
    await checkTarget(out);
    return runTask(scope, async (tell) => {
      const onRows = (done: number): void =>
        tell({ label: 'convert', done, total: source.rows, unit: 'rows' });
      const writing = { signal, onRows, vectors: vectors ?? undefined };
      return await formatOf(to).write(out, source, writing);
    });
  });
}
