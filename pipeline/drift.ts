import { vectorDrift, type VectorDrift } from '../operators/curation/drift/drift.ts';
import { writeDrift } from '../outputs/tables/drift-files.ts';
import type { ResultReport } from '../outputs/tables/result-folder.ts';
import { type DriftOptions, driftVerb } from './options/drift-options.ts';
import { makeResultOut } from './parts/make-result-out.ts';
import { openSides } from './parts/open-sides.ts';
import { runTask } from './parts/run-task.ts';
import { sourceOf } from './parts/set-source.ts';
import { type Run, startRun } from './parts/start-run.ts';
import { tellDrift } from './parts/tell-drift.ts';

/** Result of a drift, and the files that hold it. */
export interface Drifted {
  readonly drift: VectorDrift;
  readonly report: ResultReport;
}

/**
 * Tests whether the vectors of NEW are distributed as those of OLD, over all rows and within each class, and writes the
 * result.
 *
 * @throws {PipelineError} `ERR_CONFIG` when the sets were embedded by different models, or their vectors have not the
 * same length; `ERR_FORMAT`, `ERR_WRITE`.
 * @example
 * ```ts
 * const sets = { old: 'runs/a/january', new: 'runs/a/june' };
 * const { drift: found } = await drift({ ...sets, out: 'runs/a/drift' });
 * console.table(found.rows.filter(({ significant }) => significant));
 * ```
 */
export function drift(given: DriftOptions): Run<Drifted> {
  return startRun(driftVerb, given, async (options, scope, note) => {
    const { out, exclude, permutations, sample, alpha, examples, seed, threads } = options;
    const { signal } = scope;
    const locations = { train: options.old, test: options.new, layer: options.layer, exclude };
    const { train: old, test: fresh, layer } = await openSides(locations, scope, note);
    // Before the work, so that a folder that cannot be made costs no wait.
    await makeResultOut(
      { out, format: 'sincere-drift', scope, note },
      { old: options.old, new: options.new },
    );

    return runTask(scope, async (tell) => {
      const found = await vectorDrift(old, fresh, {
        layer,
        permutations,
        sample,
        alpha,
        examples,
        seed,
        threads: threads ?? undefined,
        signal,
        onProgress: tell,
      });
      tellDrift(found, { sample, old: old.name, new: fresh.name }, note);
      const sources = { old: sourceOf(old), new: sourceOf(fresh) };
      const report = await writeDrift(out, found, { layer, seed, sample, ...sources }, { signal });
      return { drift: found, report };
    });
  });
}
