import { from } from 'rxjs';
import { runScoped, type ScopedRun } from '../operators/flow/run-scope.ts';
import {
  type FinalizedEmbeddings,
  finalizeEmbeddings,
} from '../outputs/embeddings/finalize-embeddings.ts';
import type { FinalizeOptions } from './options/shared-options.ts';

/**
 * Makes one finished export of its shards.
 *
 * Emits once, when it is finished.
 */
export function finalize(options: FinalizeOptions): ScopedRun<FinalizedEmbeddings> {
  return runScoped((scope) => {
    const { folders, out, verify } = options;
    const { signal } = scope;
    return from(finalizeEmbeddings(folders, { out: out ?? undefined, verify, signal }));
  });
}
