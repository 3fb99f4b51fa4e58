import {
  selectVectors,
  type VectorSelection,
} from '../operators/curation/selection/select-vectors.ts';
import { classOf } from '../operators/evaluation/vectors/class-of.ts';
import { counted } from '../operators/message-words.ts';
import type { ResultReport } from '../outputs/tables/result-folder.ts';
import { writeSelection } from '../outputs/tables/selection-files.ts';
import { type SelectOptions, selectVerb } from './options/select-options.ts';
import { makeResultOut } from './parts/make-result-out.ts';
import { openSides } from './parts/open-sides.ts';
import type { OpenedSet } from './parts/opened-set.ts';
import type { TellNote } from './parts/run-event.ts';
import { runTask } from './parts/run-task.ts';
import { sourceOf } from './parts/set-source.ts';
import { type Run, startRun } from './parts/start-run.ts';

/** A diverse subset, and the files that hold it. */
export interface Selected {
  readonly selection: VectorSelection;
  /** Id of the image at a position of `selection`. */
  readonly id: (position: number) => string;
  /** Class of that image; null when unknown. */
  readonly classOf: (position: number) => string | null;
  readonly report: ResultReport;
}

/**
 * Chooses images that differ, in an order of which every beginning is a selection, and writes them.
 *
 * The result is a function of the vectors and the seed.
 *
 * @throws {UsageError} When `count` is more than there are.
 * @throws {PipelineError} `ERR_CONFIG` when the sets were embedded by different models, or their vectors have not the
 * same length; `ERR_FORMAT`, `ERR_WRITE`.
 * @example
 * ```ts
 * const set = 'runs/a/train';
 * const { selection, id } = await select({ set, count: 100, out: 'runs/a/selection' });
 * for (const position of selection.positions) console.log(id(position));
 * ```
 */
export function select(given: SelectOptions): Run<Selected> {
  return startRun(selectVerb, given, async (options, scope, note) => {
    const { out, exclude, count, method, seed, threads } = options;
    const { signal } = scope;
    const train = options.labelled ?? options.set;
    const locations = { train, test: options.set, layer: options.layer, exclude };
    const { train: other, test: set, layer, leaveOneOut } = await openSides(locations, scope, note);
    const labelled = options.labelled === null ? undefined : other;
    const sharedIds = leaveOneOut || !(set.isNumbered || other.isNumbered);
    if (labelled !== undefined && !sharedIds) tellNumbered(set, other, note);
    // Before the work, so that a folder that cannot be made costs no wait.
    await makeResultOut(
      { out, format: 'sincere-selection', scope, note },
      { set: options.set, labelled: options.labelled },
    );

    return runTask(scope, async (tell) => {
      const selection = await selectVectors(set, {
        layer,
        count,
        method,
        labelled,
        sharedIds,
        seed,
        threads: threads ?? undefined,
        signal,
        onProgress: tell,
      });
      if (selection.excluded > 0) {
        note(
          `${counted(selection.excluded, 'row')} of \`${set.name}\` left out: their ids are labelled in \`${other.name}\``,
          ['labelled'],
        );
      }
      const sources = {
        set: sourceOf(set),
        labelled: labelled === undefined ? null : sourceOf(labelled),
      };
      const report = await writeSelection(
        out,
        { set, selection },
        { layer, seed, ...sources },
        { signal },
      );
      const id = (position: number): string => set.id(position);
      return { selection, id, classOf: (position) => classOf(set, position), report };
    });
  });
}

function tellNumbered(set: OpenedSet, labelled: OpenedSet, note: TellNote): void {
  const { name } = set.isNumbered ? set : labelled;
  note(
    `\`${name}\` has no ids to know labelled rows of \`${set.name}\` by: none is left out, and equal ones are chosen last. ` +
      'Name a column of ids: `FILE?id=COLUMN`',
    ['labelled'],
  );
}
