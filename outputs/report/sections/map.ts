import type { EmbeddingLayer } from '../../../operators/evaluation/vectors/unit-vectors.ts';
import { trustworthiness } from '../../../operators/layout/trustworthiness.ts';
import { layoutNeighbours } from '../../../operators/layout/umap-layout.ts';
import { counted } from '../../../operators/message-words.ts';
import { openEmbeddings } from '../../embeddings/read-embeddings.ts';
import { type ExportVectors, exportVectors } from '../../map/export-vectors.ts';
import { type MapFigure, mapFigure } from '../../map/map-figure.ts';
import { firstPlaces, type MapLayout, mapLayout } from '../../map/map-layout.ts';
import type { MapSprite } from '../../map/map-set.ts';
import { markup, type Markup } from '../../page/markup.ts';
import { pageFigure } from '../../page/page-figure.ts';
import { shownNumber, shownShare } from '../../page/shown-number.ts';
import { type MapThumbnails, mapThumbnails } from '../examples/map-thumbnails.ts';
import type { ReportExport, ReportMaterial } from '../material/material.ts';
import type { ReportContext, ReportSection } from '../material/report-section.ts';

/** Points of all maps of a page, maps of a page, and thumbnails of its maps. */
const [mostPoints, mostMaps, mostThumbnails] = [100_000, 2, 4000];

/** Seed of what is drawn at random. */
const seed = 0;

/** Neighbours on the map that are compared with those of the vectors. */
const trusted = 15;

/** Test images as points of a plane, coloured by their class. */
export const mapSection: ReportSection = {
  title: 'Map',
  shows: 'test images as points of a plane, near each other where their vectors are',
  command: 'sincere embed DATA --model RUN --out EXPORT',
  draw: async (material, context) => {
    const exports = mappedExports(material);
    const shown = exports.slice(0, mostMaps);
    if (shown.length === 0) return undefined;
    if (shown.length < exports.length) {
      context.note(
        `Maps are drawn of the first ${mostMaps} of ${exports.length} exports; give one alone to see its map`,
      );
    }
    const drawn: DrawnMap[] = [];
    const sets = new Set(shown.map((one) => one.of.manifest.dataset.hash)).size;
    const thumbnails = mapThumbnails(context, { most: Math.floor(mostThumbnails / sets), seed });
    for (const [at, one] of shown.entries()) {
      const most = Math.floor(mostPoints / shown.length);
      const map = await drawnMap(one, { name: `map-${at}`, most, thumbnails }, context);
      if (map !== undefined) drawn.push(map);
    }
    if (drawn.length === 0) return undefined;
    return {
      body: markup`${thumbnails.pictures()}${drawn.map(({ body }) => body)}`,
      styles: drawn.flatMap(({ figure }) => figure.styles),
      scripts: drawn.flatMap(({ figure }) => figure.scripts),
    };
  },
};

interface MappedExport {
  readonly of: ReportExport;
  readonly layer: EmbeddingLayer;
  readonly label: string;
}

/** Test exports of the evaluations, each once; without any of them all exports. */
function mappedExports({ evaluations, exports }: ReportMaterial): readonly MappedExport[] {
  const found = new Map<string, MappedExport>();
  for (const { test, label, summary } of evaluations) {
    if (test === undefined || !test.manifest.done || found.has(test.path)) continue;
    const layer = layerOf(test, summary.layer);
    if (layer !== undefined) found.set(test.path, { of: test, layer, label });
  }
  if (found.size > 0) return [...found.values()];
  return exports.flatMap((one) => {
    const layer = one.manifest.done ? layerOf(one, 'projection') : undefined;
    return layer === undefined ? [] : [{ of: one, layer, label: one.run?.label ?? one.name }];
  });
}

/** The layer that was asked for, else the one that there is. */
function layerOf({ manifest }: ReportExport, wanted: string): EmbeddingLayer | undefined {
  const layers = (['projection', 'embedding'] as const).filter(
    (layer) => manifest.layers[layer] !== undefined,
  );
  return layers.find((layer) => layer === wanted) ?? layers[0];
}

interface DrawnMap {
  readonly body: Markup;
  readonly figure: MapFigure;
}

interface Drawing {
  /** Of the map in the page. */
  readonly name: string;
  /** Points at most. */
  readonly most: number;
  readonly thumbnails: MapThumbnails;
}

async function drawnMap(
  { of, layer, label }: MappedExport,
  { name, most, thumbnails }: Drawing,
  context: ReportContext,
): Promise<DrawnMap | undefined> {
  const { signal, map: kind = 'pca' } = context;
  const reader = await openEmbeddings(of.path);
  const vectors = await exportVectors(reader, { layer, most, seed, signal });
  if (vectors === undefined) {
    context.note(`${of.name} holds no vector that can be drawn on a map`);
    return undefined;
  }
  if (vectors.unusable > 0) {
    context.note(`${counted(vectors.unusable, 'row')} of ${of.name} cannot be drawn on the map`);
  }
  const { set } = vectors;
  const k = set.count > 20_000 ? 3 : 5;
  const layout = await mapLayout(set, { kind, seed, neighbours: k, signal });
  const ids = Array.from({ length: set.count }, (_, at) => set.id(at));
  const sprite = await thumbnails.of(of.manifest.dataset.hash, ids);
  const figure = mapFigure(
    {
      positions: layout.positions,
      labels: set.labels,
      classes: set.classes,
      ids,
      neighbours: { k, positions: firstPlaces(layout.neighbours, k).positions },
      sprite,
    },
    name,
    `Map of ${counted(set.count, 'image')} of ${of.name} by ${kind === 'umap' ? 'UMAP' : 'principal components'}, coloured by class.`,
  );
  const files = of.manifest.parts.map(({ file }) => `${of.name}/${file}`);
  const caption = markup`${[await described(vectors, layout)]} Layer: <code>${layer}</code> of ${of.name}, vectors of length 1.${pictured(sprite)}`;
  const body = markup`<h3 id="${name}-heading">${label}</h3>
${pageFigure({ content: figure.content, caption, files: files.slice(0, 1) })}`;
  return { body, figure };
}

/** How many of the points have thumbnails, when some have. */
function pictured(sprite: MapSprite | undefined): string {
  if (sprite === undefined) return '';
  const count = sprite.cells.filter((cell) => cell >= 0).length;
  return count === sprite.cells.length
    ? ''
    : ` ${counted(count, 'image has', 'images have')} a thumbnail, drawn by seed ${seed}.`;
}

/** How the map was made, and how far it can be trusted. */
async function described(
  { set, total }: ExportVectors,
  { positions, explained }: MapLayout,
): Promise<Markup> {
  const some =
    set.count < total
      ? ` ${counted(set.count)} of ${counted(total, 'image')} are drawn, by seed ${seed}.`
      : '';
  const how = explained === null ? umapWords(set.count) : planeWords(explained);
  return markup`${how}${some}${await trust(set, positions)}`;
}

function umapWords(count: number): string {
  if (count === 1) return 'One image, which has no neighbours.';
  // Of a small set all others are neighbours.
  const near = counted(Math.min(layoutNeighbours, count - 1), 'exact nearest neighbour');
  return `UMAP from the ${near} of each image, seed ${seed}: it shows which images are near each other; distances between groups mean little.`;
}

function planeWords([across, up]: NonNullable<MapLayout['explained']>): string {
  if (across + up === 0) return 'All vectors are the same: there is no variance to show.';
  return `Principal components, exact: the plane holds ${shownShare(across + up)} of the variance (${shownShare(across)} across, ${shownShare(up)} up).`;
}

async function trust(set: ExportVectors['set'], positions: Float32Array): Promise<string> {
  if (set.count <= 2 * trusted) return '';
  // About as many products whatever the size of the set.
  const maxPoints = Math.min(2000, Math.max(50, Math.floor(2e7 / set.count)));
  const { value, points } = await trustworthiness(set, positions, { k: trusted, maxPoints, seed });
  const of = points < set.count ? `, measured at ${counted(points)} of them` : '';
  return ` Trustworthiness of the ${trusted} nearest on the map: ${shownNumber(value)} (1: all are among the nearest in truth${of}).`;
}
