import { PipelineError } from '../../operators/errors.ts';
import { counted, shownName } from '../../operators/message-words.ts';
import type { ArrowSource } from '../../outputs/convert/arrow-source.ts';
import { mapSource } from '../../outputs/convert/map-source.ts';
import { openEmbeddings } from '../../outputs/embeddings/read-embeddings.ts';
import { exportVectors } from '../../outputs/map/export-vectors.ts';
import { firstPlaces, type MapKind, mapLayout } from '../../outputs/map/map-layout.ts';
import type { ImagesOfIds } from '../../outputs/thumbnails/images-of-ids.ts';
import type { TellNote } from './run-event.ts';
import type { TellProgress } from './run-task.ts';

/** Neighbours of each row: what Embedding Atlas looks for itself. */
const places = 15;

/** Seed of a layout. */
const seed = 0;

/** Circumstances of making a map. */
export interface MapTask {
  readonly images: ImagesOfIds | undefined;
  readonly signal: AbortSignal;
  readonly note: TellNote;
  readonly tell: TellProgress;
}

/**
 * Rows of an export with their place on a map and their exact nearest neighbours; the vectors are of `projection` where there
 * are such.
 *
 * Memory: the vectors of the layer.
 *
 * @throws {PipelineError} `ERR_FORMAT` when the folder holds no finished export, or none of its rows can be used.
 */
export async function mapRows(
  folder: string,
  kind: MapKind,
  { images, signal, note, tell }: MapTask,
): Promise<ArrowSource> {
  const reader = await openEmbeddings(folder);
  const layer = reader.sizes.projection === undefined ? 'embedding' : 'projection';
  const vectors = await exportVectors(reader, { layer, seed, signal });
  if (vectors === undefined) {
    throw new PipelineError('ERR_FORMAT', `\`${folder}\` holds no vector that can be used`, {
      path: folder,
    });
  }
  const { set, unusable } = vectors;
  if (unusable > 0) note(`${counted(unusable, 'row')} of \`${folder}\` cannot be used: left out`);
  const layout = await mapLayout(set, {
    kind,
    seed,
    neighbours: places,
    signal,
    onProgress: (stage, done, total) =>
      tell({ label: stage, done, total, unit: stage === 'layout' ? 'epochs' : 'rows' }),
  });
  return mapSource({
    set,
    positions: layout.positions,
    nearest: firstPlaces(layout.neighbours, Math.min(places, layout.neighbours.k)),
    images,
    onMissing: (count, first) =>
      note(
        `${counted(count, 'image has', 'images have')} no thumbnail, such as ${shownName(first)}`,
      ),
    // One entry: Parquet would write several in any order.
    metadata: { map: JSON.stringify({ projection: kind, layer, seed, distances: '1 - cosine' }) },
    signal,
  });
}
