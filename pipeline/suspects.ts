import type { Observable } from 'rxjs';
import { suspectsOfHistory } from '../operators/curation/suspects/label-history.ts';
import {
  type SuspectLabels,
  suspectLabels,
} from '../operators/curation/suspects/suspect-labels.ts';
import type { RunScope } from '../operators/flow/run-scope.ts';
import { counted } from '../operators/message-words.ts';
import type { ResultReport } from '../outputs/tables/result-folder.ts';
import {
  type SuspectTotals,
  suspectTotals,
  writeSuspects,
} from '../outputs/tables/suspect-files.ts';
import { type SuspectsOptions, suspectsVerb } from './options/suspects-options.ts';
import { makeResultOut } from './parts/make-result-out.ts';
import { openSides } from './parts/open-sides.ts';
import type { Resolved } from './options/verb.ts';
import type { RunEvent, TellNote } from './parts/run-event.ts';
import { checkHistory, isRunFolder, readHistory } from './parts/run-history.ts';
import { runTask } from './parts/run-task.ts';
import { sourceOf } from './parts/set-source.ts';
import { type Run, startRun } from './parts/start-run.ts';

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
 * same length; `ERR_FORMAT` when no image has a class; `ERR_WRITE`.
 * @example
 * ```ts
 * const { found, id } = await suspects({ set: 'runs/a/train', out: 'runs/a/suspects' });
 * for (const [row, flag] of found.suspect.entries()) if (flag === 1) console.log(id(row));
 * ```
 */
export function suspects(given: SuspectsOptions): Run<Suspects> {
  return startRun(suspectsVerb, given, async (options, scope, note) => {
    const { out, k, temperature, sample, duplicate, seed, threads } = options;
    if (await isRunFolder(options.set)) return await historySuspects(options, scope, note);
    const { signal } = scope;
    const of = options.of ?? options.set;
    const locations = { train: of, test: options.set, layer: options.layer };
    const { train, test, layer, leaveOneOut } = await openSides(locations, scope, note);
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
      tellSuspects(found, { sample, duplicate, name: test.name }, note);
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
    tellWeak(suspectTotals(found), set, note);
    const id = (position: number): string => ids[position]!;
    const content = { set: { id }, found };
    const provenance = { history: file, records, epochs };
    const { signal } = scope;
    return { found, id, report: await writeSuspects(out, content, provenance, { signal }) };
  });
}

function tellSuspects(
  found: SuspectLabels,
  {
    sample,
    duplicate,
    name,
  }: { readonly sample: number; readonly duplicate: number; readonly name: string },
  note: TellNote,
): void {
  const totals = suspectTotals(found);
  const { withoutClass } = totals;
  if (withoutClass > 0) {
    note(`${counted(withoutClass, 'row')} without a class in \`${name}\`: suggested, not ranked`);
  }
  tellWeak(totals, name, note);
  tellDuplicates(totals, { duplicate, name }, note);
  if (found.support.count <= found.k) {
    note(`\`k: ${found.k}\` is more than there are others with a class: all of them vote`, ['k']);
  }
  if (found.sampled) {
    note(
      `losses are against ${counted(sample, 'image')}, a sample by \`seed\`; the votes are of all`,
      ['sample', 'seed'],
    );
  }
}

/** Labels that are wrong are few: where more are suspects, it is the vectors that cannot judge. */
const credibleShare = 1 / 3;

function tellWeak(
  { rows, withoutClass, suspects: flagged }: SuspectTotals,
  name: string,
  note: TellNote,
): void {
  const labels = rows - withoutClass;
  if (flagged <= credibleShare * labels) return;
  note(
    `${counted(flagged)} of ${counted(labels, 'label')} of \`${name}\` are suspects, more than a third: the vectors ` +
      'tell its classes apart too little to judge labels. Train the encoder longer, or compare another layer.',
    ['layer'],
  );
}

function tellDuplicates(
  { rows, duplicates }: SuspectTotals,
  { duplicate, name }: { readonly duplicate: number; readonly name: string },
  note: TellNote,
): void {
  if (duplicates === 0) return;
  const meaning =
    duplicates > rows / 2
      ? `they are most, so \`duplicate: ${duplicate}\` is no sign of one here. Raise it, or take vectors that tell classes apart`
      : 'one of the two labels is wrong, or the vectors do not tell the classes apart (`duplicate_id`)';
  note(
    `${counted(duplicates, 'image')} of \`${name}\` have a near-duplicate of another class: ${meaning}`,
    ['duplicate'],
  );
}
