import { embeddingsExport } from '../outputs/embeddings/embeddings-manifest.ts';
import { finalizeExport } from '../outputs/exports/finalize-export.ts';
import { holdsKind } from '../outputs/exports/found-shards.ts';
import { preparedExport } from '../outputs/prepared/prepared-manifest.ts';
import type { FinalizedExport } from '../outputs/exports/finalize-export.ts';
import { type FinalizeOptions, finalizeVerb } from './options/finalize-options.ts';
import { runTask } from './parts/run-task.ts';
import { type Run, startRun } from './parts/start-run.ts';

/**
 * Makes one finished export, of vectors or of prepared images, of its shards.
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
      const finalizing = { out: out ?? undefined, verify, signal };
      return (await holdsKind(preparedExport, folders))
        ? await finalizeExport(preparedExport, folders, finalizing)
        : await finalizeExport(embeddingsExport, folders, finalizing);
    }),
  );
}
