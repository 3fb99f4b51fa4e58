import { Observable } from 'rxjs';
import { runScoped, type ScopedRun } from '../operators/flow/run-scope.ts';
import { checkTheory, type TheoryProgress } from '../operators/theory/check-theory.ts';
import type { TheoryRow } from '../operators/theory/theory-row.ts';
import type { ArrowFileReport } from '../outputs/arrow/arrow-file.ts';
import { makeFolder } from '../outputs/files/make-folder.ts';
import { writeTheory } from '../outputs/tables/theory-file.ts';
import type { TheoryOptions } from './options/shared-options.ts';

/** How far the checks are. */
export interface TheoryAdvance extends TheoryProgress {
  readonly kind: 'progress';
}

/** Last word of the checks. */
export interface TheoryResult {
  readonly kind: 'result';
  readonly rows: readonly TheoryRow[];
  /** Null when no folder was given. */
  readonly report: ArrowFileReport | null;
}

/**
 * Checks what the paper proves, by computing it with known densities, and writes the rows to `options.out`
 * if there is one. A check that does not hold is part of the result; it does not fail the run.
 */
export function theory(options: TheoryOptions): ScopedRun<TheoryAdvance | TheoryResult> {
  const { out, seed, draws } = options;
  return runScoped(
    ({ signal }) =>
      // Unsubscribing aborts the signal of the scope, which ends the checks.
      new Observable((subscriber) => {
        const run = async (): Promise<void> => {
          // Before the work, so that a folder that cannot be made costs no wait.
          if (out !== null) await makeFolder(out);
          const rows = await checkTheory({
            seed,
            draws,
            signal,
            progress: (progress) => subscriber.next({ kind: 'progress', ...progress }),
          });
          const report = out === null ? null : await writeTheory(out, rows, { seed, draws });
          subscriber.next({ kind: 'result', rows, report });
          subscriber.complete();
        };
        run().catch((error: unknown) => subscriber.error(error));
      }),
  );
}
