import { checkTheory } from '../operators/theory/check-theory.ts';
import type { TheoryRow } from '../operators/theory/theory-row.ts';
import type { ArrowFileReport } from '../outputs/arrow/arrow-file.ts';
import { makeFolder } from '../operators/files/make-folder.ts';
import { writeTheory } from '../outputs/tables/theory-file.ts';
import { type TheoryOptions, theoryVerb } from './options/theory-options.ts';
import { runTask } from './parts/run-task.ts';
import { type Run, startRun } from './parts/start-run.ts';

/** Checks of the theory, one row each. */
export interface TheoryResult {
  readonly rows: readonly TheoryRow[];
  /** Null when no folder was given. */
  readonly report: ArrowFileReport | null;
}

/**
 * Checks what the paper proves, by computing it with known densities, and writes the rows to `out` if there is one.
 *
 * A check that does not hold is part of the result; it does not fail the run.
 *
 * @throws {UsageError} When the options cannot be run with.
 * @throws {PipelineError} `ERR_WRITE`.
 * @see Feeney and Hughes, arXiv:2309.14277.
 * @example
 * ```ts
 * const { rows } = await theory({ seed: 1 });
 * console.log(rows.every(({ holds }) => holds));
 * ```
 */
export function theory(given: TheoryOptions = {}): Run<TheoryResult> {
  return startRun(theoryVerb, given, ({ out, seed, draws }, scope) =>
    runTask(scope, async (tell) => {
      // Before the work, so that a folder that cannot be made costs no wait.
      if (out !== null) await makeFolder(out);
      const rows = await checkTheory({
        seed,
        draws,
        signal: scope.signal,
        progress: ({ done, total }) => tell({ label: 'theory', done, total, unit: 'parts' }),
      });
      const report = out === null ? null : await writeTheory(out, rows, { seed, draws });
      return { rows, report };
    }),
  );
}
