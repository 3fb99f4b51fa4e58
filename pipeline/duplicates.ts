import {
  nearDuplicates,
  type NearDuplicates,
} from '../operators/curation/duplicates/duplicates.ts';
import { PipelineError } from '../operators/errors.ts';
import type { EmbeddingLayer } from '../operators/evaluation/vectors/unit-vectors.ts';
import { writeDuplicates } from '../outputs/tables/duplicates-files.ts';
import type { ResultReport } from '../outputs/tables/result-folder.ts';
import { type DuplicatesOptions, duplicatesVerb } from './options/duplicates-options.ts';
import type { Resolved } from './options/verb.ts';
import { makeResultOut } from './parts/make-result-out.ts';
import { openRest } from './parts/open-set.ts';
import { openSides } from './parts/open-sides.ts';
import type { OpenedSet } from './parts/opened-set.ts';
import type { TellNote } from './parts/run-event.ts';
import { runTask } from './parts/run-task.ts';
import type { SetScope } from './parts/set-options.ts';
import { sourceOf } from './parts/set-source.ts';
import { type Run, startRun } from './parts/start-run.ts';
import { tellDuplicates } from './parts/tell-duplicates.ts';

/** Near-duplicates, and the files that hold them. */
export interface FoundDuplicates {
  readonly duplicates: NearDuplicates;
  readonly report: ResultReport;
}

/**
 * Finds all pairs of images whose vectors are at least as similar as a threshold, and the groups that they connect, and
 * writes them: within one set, or between two, such as training and test images.
 *
 * @throws {PipelineError} `ERR_CONFIG` when two sets are one, were embedded by different models, or their vectors have not
 * the same length; `ERR_FORMAT`, `ERR_WRITE`.
 * @example
 * ```ts
 * const sets = { set: 'runs/a/train', other: 'runs/a/test' };
 * const { duplicates: found } = await duplicates({ ...sets, out: 'runs/a/leaks' });
 * console.log(`${found.drops} test images are training images`);
 * ```
 */
export function duplicates(given: DuplicatesOptions): Run<FoundDuplicates> {
  return startRun(duplicatesVerb, given, async (options, scope, note) => {
    const { out, threshold, maxPairs, threads } = options;
    const { signal } = scope;
    const { set, other, layer } = await openSets(options, scope, note);
    // Before the work, so that a folder that cannot be made costs no wait.
    await makeResultOut(
      { out, format: 'sincere-duplicates', scope, note },
      { set: options.set, other: options.other },
    );

    return runTask(scope, async (tell) => {
      const found = await nearDuplicates(set, other, {
        threshold,
        maxPairs,
        threads: threads ?? undefined,
        signal,
        onProgress: tell,
      });
      tellDuplicates(found, note);
      const provenance = {
        layer,
        maxPairs,
        sets: (other === null ? [set] : [set, other]).map(sourceOf),
      };
      const report = await writeDuplicates(out, found, provenance, { signal });
      return { duplicates: found, report };
    });
  });
}

interface Sets {
  readonly set: OpenedSet;
  readonly other: OpenedSet | null;
  readonly layer: EmbeddingLayer;
}

async function openSets(
  {
    set: ofSet,
    other: ofOther,
    layer,
    exclude,
  }: Pick<Resolved<DuplicatesOptions>, 'set' | 'other' | 'layer' | 'exclude'>,
  scope: SetScope,
  note: TellNote,
): Promise<Sets> {
  if (ofOther === null) {
    const set = await openRest(ofSet, { layer, exclude }, scope, note);
    return { set, other: null, layer: set.layer };
  }
  const sides = await openSides({ train: ofSet, test: ofOther, layer, exclude }, scope, note);
  if (sides.leaveOneOut) throw sameSet(ofSet, ofOther);
  return { set: sides.train, other: sides.test, layer: sides.layer };
}

function sameSet(set: string, other: string): PipelineError {
  return new PipelineError(
    'ERR_CONFIG',
    `\`${set}\` and \`${other}\` are the same set, all of which is in both. Give it once to find duplicates within it.`,
    { path: other, options: ['set', 'other'] },
  );
}
