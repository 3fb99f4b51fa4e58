import type { ReportFile } from '../outputs/report/write-report.ts';
import { type ReportOptions, reportVerb } from './options/report-options.ts';
import { drawnResults } from './parts/drawn-results.ts';
import { runTask } from './parts/run-task.ts';
import { type Run, startRun } from './parts/start-run.ts';
import { watchedRuns } from './parts/watched-runs.ts';

/**
 * Draws results as one self-contained HTML page: runs, exports, evaluations, comparisons and what other verbs found, those of a
 * folder that holds such included.
 *
 * The page loads nothing; the same results give the same bytes. It appears when it is complete, in the place of an earlier one.
 *
 * With `watch` it serves a live page of runs instead, which is drawn again as they go on: its address is a note, and the run ends
 * when it is stopped, without a result.
 *
 * @throws {PipelineError} `ERR_READ` when there is nothing at a path; `ERR_FORMAT` when it holds no result or a damaged one;
 * `ERR_CONFIG` when `out` is a page of others, or `port` is taken; `ERR_WRITE`.
 * @example
 * ```ts
 * const { bytes, sections } = await report({ results: ['runs/demo'], out: 'report.html' });
 * console.log(`${bytes} bytes, with ${sections.join(', ')}`);
 * ```
 */
export function report(given: ReportOptions): Run<ReportFile> {
  return startRun(reportVerb, given, async ({ results, out, images, map, port }, scope, note) => {
    // By the rules of the options it is watched then.
    if (out === null) return await watchedRuns({ results, port }, scope, note);
    const { signal } = scope;
    return runTask(scope, async (tell) => {
      const onSection = (done: number, total: number): void =>
        tell({ label: 'draw', done, total, unit: 'sections' });
      return await drawnResults({ results, out, images, map, signal, note, onSection });
    });
  });
}
