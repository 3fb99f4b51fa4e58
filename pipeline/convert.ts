import { type ArrowSource, openArrowSource } from '../outputs/convert/arrow-source.ts';
import type { ConversionReport } from '../outputs/convert/conversion.ts';
import { formatOf } from '../outputs/convert/formats.ts';
import { checkTarget } from '../operators/files/check-target.ts';
import { makeFolder } from '../operators/files/make-folder.ts';
import path from 'node:path';
import { type ConvertOptions, convertVerb } from './options/convert-options.ts';
import { mapRows } from './parts/map-rows.ts';
import { exportedImages } from './parts/exported-images.ts';
import { runTask } from './parts/run-task.ts';
import { type Run, startRun } from './parts/start-run.ts';

/**
 * Writes the rows of an embeddings folder, an Arrow file or an Arrow stream in a format of other tools, or the metrics of a run
 * as TensorBoard has them.
 *
 * The file or folder appears when it is complete, in the place of an earlier one. Memory does not grow with the rows, except by
 * a picture of thumbnails.
 *
 * @throws {PipelineError} `ERR_FORMAT` when the source cannot be read, `ERR_WRITE` when the file cannot be written.
 * @example
 * ```ts
 * const { rows } = await convert({ source: 'runs/a/test', to: 'parquet', out: 'test.parquet' });
 * ```
 */
export function convert(given: ConvertOptions): Run<ConversionReport> {
  return startRun(convertVerb, given, async (options, scope, note) => {
    const { to, out, vectors, map } = options;
    const { signal } = scope;
    const format = formatOf(to);
    const source: ArrowSource | undefined =
      format.of === 'rows' && map === null
        ? scope.use(await openArrowSource(options.source))
        : undefined;
    // Before the work, so that a file that cannot be written costs no wait.
    await (format.extension === null
      ? makeFolder(path.dirname(path.resolve(out)))
      : checkTarget(out));
    const images =
      format.thumbnails === true || map !== null
        ? await exportedImages(options, { signal, note })
        : undefined;
    return runTask(scope, async (tell) => {
      const rows =
        map === null ? source : await mapRows(options.source, map, { images, signal, note, tell });
      const onRows = (done: number): void =>
        tell({ label: 'convert', done, total: rows?.rows, unit: 'rows' });
      const writing = { signal, onRows, onNote: note, vectors: vectors ?? undefined, images };
      return format.of === 'rows'
        ? await format.write(out, rows!, writing)
        : await format.write(out, options.source, writing);
    });
  });
}
