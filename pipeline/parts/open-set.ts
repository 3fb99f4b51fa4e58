import fs from 'node:fs/promises';
import { placeOf } from '../../datasets/store/place.ts';
import { tableBelow } from '../../datasets/tables/looks-like-tables.ts';
import { isLanceName } from '../../datasets/vectors/lance-reason.ts';
import { isFolder } from '../../operators/files/stat-of.ts';
import type { EmbeddingLayer } from '../../operators/evaluation/vectors/unit-vectors.ts';
import { schemeOf } from '../../operators/location-scheme.ts';
import { withoutIds } from './excluded-rows.ts';
import { listedIds } from './listed-ids.ts';
import { openFileSet } from './open-file-set.ts';
import { type ExportedSet, noteUnusable, openVectorSet } from './open-vector-set.ts';
import type { OpenedSet } from './opened-set.ts';
import type { TellNote } from './run-event.ts';
import type { OpenSetOptions, SetScope } from './set-options.ts';

/**
 * Opens vectors at a location: a finished export, or any file of vectors, `FILE?id=COLUMN&label=COLUMN&vector=COLUMN`, or a
 * folder of Arrow or Parquet files.
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
  const isExport = await isFolderOfExport(location);
  if (!isExport) return await openFileSet(location, options, scope, note);
  const chosen = options.layer ?? 'projection';
  const set = await openVectorSet(location, chosen, scope.signal);
  noteUnusable(set, note);
  return exportedSet(set, chosen);
}

/**
 * Opens vectors without the rows whose ids a table lists, which is told; all of them when there is none.
 *
 * @throws {PipelineError} What `openSet`, `listedIds` and `withoutIds` throw.
 */
export async function openRest(
  location: string,
  { exclude, ...options }: OpenSetOptions & { readonly exclude: string | null },
  scope: SetScope,
  note: TellNote,
): Promise<OpenedSet> {
  const set = await openSet(location, options, scope, note);
  if (exclude === null) return set;
  return withoutIds(set, await listedIds(exclude, scope.signal, note), note);
}

/** Tests whether a location is a folder that `embed` writes into, and not one of tables of others. */
export async function isFolderOfExport(location: string): Promise<boolean> {
  const isLocal = schemeOf(location) === null && !isLanceName(location);
  if (!isLocal || !(await isFolder(location))) return false;
  const names = await fs.readdir(location);
  if (names.some(isOfExport)) return true;
  return !names.some(isOfVectors) && !(await holdsTables(location));
}

/** Tests whether a file is one that exports have, whole or of shards, and tables of others do not. */
function isOfExport(name: string): boolean {
  return name.startsWith('manifest') || name.startsWith('quarantine');
}

/** Tests whether a file is one of vectors that a folder is not read as. */
function isOfVectors(name: string): boolean {
  return /\.(?:np[yz]|csv|tsv)$/iu.test(name);
}

async function holdsTables(location: string): Promise<boolean> {
  return (await tableBelow(placeOf(location)!)) !== undefined;
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
