import {
  finalizeExport,
  type FinalizedExport,
  type FinalizeExportOptions,
} from '../exports/finalize-export.ts';
import { embeddingsExport } from './embeddings-manifest.ts';

/**
 * Merges the shards of an export of vectors into a finished one, see `finalizeExport`.
 *
 * @param folders Where the shards are: one folder that all wrote to, or several.
 * @throws {PipelineError} `ERR_CONFIG` when shards are missing, unfinished or of different things, saying which and
 * what to run; `ERR_FORMAT` when a part or a manifest is damaged; `ERR_LOCKED`; `ERR_WRITE`.
 * @example
 * ```ts
 * const { rows, shards } = await finalizeEmbeddings(['a0', 'a1'], { out: 'a' });
 * console.log(`${rows} rows of ${shards} shards`);
 * ```
 */
export async function finalizeEmbeddings(
  folders: readonly string[],
  options: FinalizeExportOptions = {},
): Promise<FinalizedExport> {
  return await finalizeExport(embeddingsExport, folders, options);
}
