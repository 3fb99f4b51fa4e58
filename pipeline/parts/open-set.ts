import { isLanceName } from '../../datasets/vectors/lance-reason.ts';
import { isFolder } from '../../operators/files/stat-of.ts';
import type { EmbeddingLayer } from '../../operators/evaluation/vectors/unit-vectors.ts';
import { schemeOf } from '../../operators/location-scheme.ts';
import { openFileSet } from './open-file-set.ts';
import { type ExportedSet, noteUnusable, openVectorSet } from './open-vector-set.ts';
import type { OpenedSet } from './opened-set.ts';
import type { TellNote } from './run-event.ts';
import type { OpenSetOptions, SetScope } from './set-options.ts';

/**
 * Opens vectors at a location: a finished export, or any file of vectors, `FILE?id=COLUMN&label=COLUMN&vector=COLUMN`.
 *
 * Rows that cannot be used are left out and told, and so is what was guessed of a file. What it holds open ends with the
 * scope.
 *
 * @throws {PipelineError} `ERR_FORMAT` when there are none, none can be used, or rows that are not of length 1 are asked
 * for as `projection`.
 */
export async function openSet(
  location: string,
  options: OpenSetOptions,
  scope: SetScope,
  note: TellNote,
): Promise<OpenedSet> {
  const isExport =
    schemeOf(location) === null && !isLanceName(location) && (await isFolder(location));
  if (!isExport) return await openFileSet(location, options, scope, note);
  const chosen = options.layer ?? 'projection';
  const set = await openVectorSet(location, chosen, scope.signal);
  noteUnusable(set, note);
  return exportedSet(set, chosen);
}

function exportedSet(set: ExportedSet, layer: EmbeddingLayer): OpenedSet {
  return {
    ...set,
    layer,
    file: null,
    attribute: null,
    isNumbered: false,
    on: (other) => exportedSet(set.on(other), other),
  };
}
