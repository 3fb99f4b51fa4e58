import { inspectPath } from '../outputs/inspect/inspect-path.ts';
import type { Inspection } from '../outputs/inspect/inspection.ts';
import { type InspectOptions, inspectVerb } from './options/inspect-options.ts';
import { runTask } from './parts/run-task.ts';
import { type Run, startRun } from './parts/start-run.ts';

/**
 * Identifies a file or folder and summarises what it holds. Nothing is written; damage is part of the result.
 *
 * @throws {PipelineError} `ERR_READ` when there is nothing at the path, `ERR_FORMAT` when it is nothing known.
 * @example
 * ```ts
 * const { what, problems } = await inspect({ path: 'runs/a/test', verify: true });
 * ```
 */
export function inspect(given: InspectOptions): Run<Inspection> {
  return startRun(inspectVerb, given, ({ path, rows, verify }, scope) =>
    runTask(scope, async (tell) => {
      const onRows = (done: number, total: number): void =>
        tell({ label: 'inspect', done, total, unit: 'rows' });
      return await inspectPath(path, { rows, verify, signal: scope.signal, onRows });
    }),
  );
}
