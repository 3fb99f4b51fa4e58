import { finalizeEmbeddings } from '../outputs/embeddings/finalize-embeddings.ts';
import type { FinalizedExport } from '../outputs/exports/finalize-export.ts';
import { type FinalizeOptions, finalizeVerb } from './options/finalize-options.ts';
import { runTask } from './parts/run-task.ts';
import { type Run, startRun } from './parts/start-run.ts';

/**
 * Makes one finished export of its shards.
 *
 * @throws {PipelineError} `ERR_CONFIG`, `ERR_FORMAT` or `ERR_LOCKED` when a shard is missing, damaged or in use.
 * @example
 * ```ts
 * const { rows, parts } = await finalize({ folders: ['a0', 'a1'], out: 'a' });
 * ```
 */
export function finalize(given: FinalizeOptions): Run<FinalizedExport> {
  return startRun(finalizeVerb, given, ({ folders, out, verify }, scope) =>
    runTask(scope, async () => {
      const { signal } = scope;
      return await finalizeEmbeddings(folders, { out: out ?? undefined, verify, signal });
    }),
  );
}
