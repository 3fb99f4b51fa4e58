import type { Observable } from 'rxjs';
import { suspectsOfHistory } from '../operators/curation/suspects/label-history.ts';
import {
  type SuspectLabels,
  suspectLabels,
} from '../operators/curation/suspects/suspect-labels.ts';
import type { RunScope } from '../operators/flow/run-scope.ts';
import { counted } from '../operators/message-words.ts';
import type { ResultReport } from '../outputs/tables/result-folder.ts';
import { writeSuspects } from '../outputs/tables/suspect-files.ts';
import { type SuspectsOptions, suspectsVerb } from './options/suspects-options.ts';
import { makeResultOut } from './parts/make-result-out.ts';
import { openSides } from './parts/open-sides.ts';
import type { Resolved } from './options/verb.ts';
import type { RunEvent, TellNote } from './parts/run-event.ts';
import { checkHistory, isRunFolder, readHistory } from './parts/run-history.ts';
import { runTask } from './parts/run-task.ts';
import { sourceOf } from './parts/set-source.ts';
import { type Run, startRun } from './parts/start-run.ts';
import { refuseWithoutVoters, tellSuspects, tellWeak } from './parts/tell-suspects.ts';

/** Labels that are probably wrong, and the files that hold them. */
export interface Suspects {
  readonly found: SuspectLabels;
  /** Id of the image at a position of `found`. */
  readonly id: (position: number) => string;
  readonly report: ResultReport;
}

/**
 * Ranks the labels of a set by how much its nearest neighbours and its loss disagree with them, and writes the result; those of
 * a run that recorded `samples` by what the training recorded (`suspectsOfHistory`).
 *
 * @throws {UsageError} When an option is given that says nothing of a run.
 * @throws {PipelineError} `ERR_CONFIG` when the run recorded none; when the sets were embedded by different models, or their vectors have not the
 * same length; `ERR_FORMAT` when no image that votes has a class; `ERR_WRITE`.
 * @example
 * ```ts
 * const { found, id } = await suspects({ set: 'runs/a/train', out: 'runs/a/suspects' });
 * for (const [row, flag] of found.suspect.entries()) if (flag === 1) console.log(id(row));
 * ```
 */
export function suspects(given: SuspectsOptions): Run<Suspects> {
  return startRun(suspectsVerb, given, async (options, scope, note) => {
    const { out, exclude, k, temperature, sample, duplicate, seed, threads } = options;
    if (await isRunFolder(options.set)) return await historySuspects(options, scope, note);
    const { signal } = scope;
    const of = options.of ?? options.set;
    const locations = { train: of, test: options.set, layer: options.layer, exclude };
    const { train, test, layer, leaveOneOut } = await openSides(locations, scope, note);
    const sides = { set: test, of: train, leaveOneOut };
    refuseWithoutVoters(sides);
    // Before the work, so that a folder that cannot be made costs no wait.
    await makeResultOut(
      { out, format: 'sincere-suspects', scope, note },
      { set: options.set, of: options.of },
    );

    return runTask(scope, async (tell) => {
      const scores = { temperature, sample, duplicate, seed };
      const found = await suspectLabels(test, train, {
        layer,
        leaveOneOut,
        k,
        ...scores,
        threads: threads ?? undefined,
        signal,
        onProgress: tell,
      });
      tellSuspects(found, sides, { sample, duplicate }, note);
      const sources = { set: sourceOf(test), of: sourceOf(train) };
      const content = { set: test, found };
      const report = await writeSuspects(
        out,
        content,
        { layer, ...scores, ...sources },
        { signal },
      );
      return { found, id: (position: number) => test.id(position), report };
    });
  });
}

/** Labels of a run, by what it recorded of each image while it was trained. */
async function historySuspects(
  options: Resolved<SuspectsOptions>,
  scope: RunScope,
  note: TellNote,
): Promise<Observable<RunEvent<Suspects>>> {
  const { set, out } = options;
  await checkHistory(options);
  await makeResultOut({ out, format: 'sincere-suspects', scope, note }, {});
  return runTask(scope, async () => {
    const history = await readHistory(set);
    const found = suspectsOfHistory(history);
    const { path: file, records, epochs, ids } = history;
    note(
      `by ${counted(records, 'record')} of ${counted(ids.length, 'image')} in ${counted(epochs, 'epoch')} of \`${set}\`: ` +
        'margins of its training, not votes of neighbours',
    );
    tellWeak(found, { name: set }, note);
    const id = (position: number): string => ids[position]!;
    const content = { set: { id }, found };
    const provenance = { history: file, records, epochs };
    const { signal } = scope;
    return { found, id, report: await writeSuspects(out, content, provenance, { signal }) };
  });
}
