import type { FoundVectors } from '../../datasets/vectors/found-vectors.ts';
import { openVectorSource } from '../../datasets/vectors/open-vector-source.ts';
import { openVectors } from '../../datasets/vectors/open-vectors.ts';
import { vectorLocation } from '../../datasets/vectors/vector-location.ts';
import { PipelineError } from '../../operators/errors.ts';
import type { EmbeddingLayer } from '../../operators/evaluation/vectors/unit-vectors.ts';
import { shownLocation } from '../../operators/shown-location.ts';
import { embeddingsLayers } from '../../outputs/embeddings/embeddings-schema.ts';
import type { OpenSetOptions, SetScope } from './set-options.ts';
import { noteUnusable } from './open-vector-set.ts';
import type { OpenedSet } from './opened-set.ts';
import type { TellNote } from './run-event.ts';

/**
 * Opens a file of vectors of anyone, and tells what was guessed of it.
 *
 * @throws {PipelineError} What `openVectors` throws; `ERR_FORMAT` when rows are asked for as `projection` that are not of
 * length 1.
 */
export async function openFileSet(
  location: string,
  { layer, by = null, asTheyAre = false }: OpenSetOptions,
  { signal, use, tell }: SetScope,
  note: TellNote,
): Promise<OpenedSet> {
  const name = fileName(location);
  const found = use(
    await openVectors(await onLayer(location, layer, signal), {
      by: by ?? undefined,
      signal,
      onRows: (done, total) => tell?.({ label: `reading ${name}`, done, total, unit: 'rows' }),
    }),
  );
  for (const text of found.notes) note(text);
  noteUnusable(found, note);
  if (!asTheyAre) tellLength(found, layer, note);
  return fileSet(found, layer ?? found.layer);
}

/**
 * The location with the column of a layer, where the file has both, as parts of an export and what `convert` makes of
 * them, and none was named.
 */
export async function onLayer(
  location: string,
  layer: EmbeddingLayer | null,
  signal?: AbortSignal,
): Promise<string> {
  const { file, columns } = vectorLocation(location);
  if (columns.vector !== undefined) return location;
  const { table } = await openVectorSource(file, signal);
  const isOurs = embeddingsLayers.every((one) =>
    table.columns.some(({ name, kind }) => name === one && kind === 'vector'),
  );
  if (!isOurs) return location;
  const mark = Object.keys(columns).length === 0 ? '#' : '&';
  return `${location}${mark}vector=${layer ?? 'projection'}`;
}

function fileSet(found: FoundVectors, layer: EmbeddingLayer): OpenedSet {
  const { name, classes, count, dim, labels, digests, listingHash, contentHash } = found;
  return {
    name,
    classes,
    count,
    dim,
    labels,
    digests,
    id: (position) => found.id(position),
    blocks: () => found.blocks(),
    layer,
    sizes: { embedding: dim, projection: dim },
    file: { location: name, contentHash },
    datasetHash: listingHash,
    imagesHash: listingHash,
    modelHash: null,
    precision: null,
    preprocessing: null,
    attribute: found.attribute,
    isNumbered: found.isNumbered,
    unusable: found.unusable,
    on: (other) => fileSet(found, other),
  };
}

/** Tells that rows are L2-normalised; refuses them as `projection`, whose rows are compared as they are. */
function tellLength(
  { name, layer }: FoundVectors,
  asked: EmbeddingLayer | null,
  note: TellNote,
): void {
  if (layer === 'projection' || asked === 'embedding') return;
  if (asked === null) {
    note(`rows of \`${name}\` are not of length 1: they are L2-normalised to be compared`);
    return;
  }
  throw new PipelineError(
    'ERR_FORMAT',
    `Expected the rows of \`${name}\` to have length 1, as \`layer: projection\` has them. Leave \`layer\` out, or give ` +
      '`layer: embedding`, to compare them by cosine similarity.',
    { path: name, options: ['layer'] },
  );
}

/** Last part of a location, for progress. */
function fileName(location: string): string {
  return shownLocation(vectorLocation(location).file).split(/[/\\]/u).at(-1) ?? 'vectors';
}
