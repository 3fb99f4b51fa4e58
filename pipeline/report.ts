import { checkTarget } from '../operators/files/check-target.ts';
import { openMaterial } from '../outputs/report/material/open-material.ts';
import { refuseOtherPage } from '../outputs/report/refuse-other-page.ts';
import { type ReportFile, writeReport } from '../outputs/report/write-report.ts';
import { type ReportOptions, reportVerb } from './options/report-options.ts';
import { imagesOfSets } from './parts/images-of-sets.ts';
import { runTask } from './parts/run-task.ts';
import { setsOfMaterial } from './parts/sets-of-material.ts';
import { type Run, startRun } from './parts/start-run.ts';

/**
 * Draws results as one self-contained HTML page: runs, exports, evaluations, comparisons and what other verbs found, those of a
 * folder that holds such included.
 *
 * The page loads nothing; the same results give the same bytes. It appears when it is complete, in the place of an earlier one.
 *
 * @throws {PipelineError} `ERR_READ` when there is nothing at a path; `ERR_FORMAT` when it holds no result or a damaged one;
 * `ERR_CONFIG` when `out` is a page of others; `ERR_WRITE`.
 * @example
 * ```ts
 * const { bytes, sections } = await report({ results: ['runs/demo'], out: 'report.html' });
 * console.log(`${bytes} bytes, with ${sections.join(', ')}`);
 * ```
 */
export function report(given: ReportOptions): Run<ReportFile> {
  return startRun(reportVerb, given, async ({ results, out, images: given }, scope, note) => {
    const { signal } = scope;
    const material = await openMaterial(results, { signal });
    // Before the work, so that a file that cannot be written costs no wait.
    await checkTarget(out);
    await refuseOtherPage(out);
    const images = await imagesOfSets({ given, sets: setsOfMaterial(material), signal, note });
    return runTask(scope, async (tell) => {
      const onSection = (done: number, total: number): void =>
        tell({ label: 'draw', done, total, unit: 'sections' });
      const file = await writeReport(out, material, { signal, images, onSection });
      for (const text of new Set(file.notes)) note(text);
      return file;
    });
  });
}
