import { packedStrings } from '../../operators/packed-strings.ts';
import type { ImageIndex } from '../records/image-index.ts';
import { indexBuilder } from '../records/index-builder.ts';
import { type ClassSource, classSource } from './class-source.ts';
import type { Shard } from './find-shards.ts';
import { setFindings } from './set-findings.ts';
import { type SetLayout, setLayout } from './set-layout.ts';
import type { ShardIndex } from './shard-index.ts';
import { stringHash } from './string-hash.ts';
import { tarNotes } from './tar-notes.ts';
import { withoutImages } from './without-images.ts';

/** A shard, and its images. */
export interface IndexedShard {
  readonly shard: Shard;
  readonly index: ShardIndex;
}

/**
 * The index of a set, of those of its shards: what classes are, where ids begin, and what a person has to know.
 *
 * @param location As messages call it.
 * @param shards Handed over: what each holds is let go while the index grows.
 * @param split A folder inside of the shards, where they are not chosen by name.
 * @throws {PipelineError} `ERR_DATASET` when there are no images, or several splits.
 */
export function mergeShards(
  location: string,
  shards: IndexedShard[],
  split: string | undefined,
): ImageIndex {
  const source = classSource(shards.map(({ index }) => index));
  const images = (): Iterable<ShardImage> => imagesOf(shards, source);
  const areFolders = source.kind === 'folder';
  const layout = setLayout({ location, paths: () => pathsOf(images()), split, areFolders });
  const found = setFindings(
    shards.map(({ index }) => index),
    shards.map(({ shard }) => shard.name),
  );
  const place: Place = (image) => placeIn(image, source, layout);
  const count = shards.reduce((sum, { index }) => sum + index.names.length, 0);
  const repeated = repeatedId(images, place, count);
  const ownId = ownIds(shards);
  const builder = indexBuilder(location);
  for (const image of lettingGo(shards, source)) {
    const placed = place(image);
    if (placed === undefined) continue;
    if (placed === 'beside') found.see('beside', image.path);
    else {
      const { index, row, object } = image;
      const { from, bytes, crc32, said } = index;
      if (source.kind !== 'folder' && placed.classes.length === 0) {
        found.see(said[source.kind]?.[row] === -2 ? 'unclear' : 'unsaid', image.path);
      }
      const id = repeated === undefined ? placed.id : ownId(image);
      const range = { from: from[row]!, bytes: bytes[row]!, crc32: crc32[row]! };
      builder.add({ id, classes: placed.classes, object, ...range });
    }
  }
  if (builder.count === 0) throw withoutImages(location, found);
  const empty = areFolders ? emptyClasses(shards, layout) : [];
  const index = builder.finish(
    shards.map(({ shard }) => shard.object),
    empty,
  );
  const notes = tarNotes({ found, source, layout, repeated, empty, count: index.ids.length });
  return notes.length === 0 ? index : { ...index, notes };
}

/** An image of a shard. */
interface ShardImage {
  readonly path: string;
  readonly index: ShardIndex;
  /** Its place in the shard. */
  readonly row: number;
  /** Place of the shard in the set. */
  readonly object: number;
}

/** The images that unpacking a set of plain files leaves; otherwise one of each sample. */
function* imagesOf(
  shards: readonly IndexedShard[],
  { isPlain }: ClassSource,
): Iterable<ShardImage> {
  for (const [object, { index }] of shards.entries()) {
    const { names } = index;
    const leftOut = new Set(isPlain ? index.superseded : index.further);
    for (let row = 0; row < names.length; row += 1) {
      if (!leftOut.has(row)) yield { path: names.at(row), index, row, object };
    }
  }
}

/** The same, each shard for the last time. */
function* lettingGo(shards: IndexedShard[], source: ClassSource): Iterable<ShardImage> {
  for (const [object, one] of shards.entries()) {
    for (const image of imagesOf([one], source)) yield { ...image, object };
    shards[object] = { ...one, index: { ...one.index, ...nothing } };
  }
}

const nothing: Pick<ShardIndex, 'names' | 'from' | 'bytes' | 'crc32' | 'further' | 'said'> = {
  names: packedStrings([]),
  from: new Float64Array(),
  bytes: new Float64Array(),
  crc32: new Uint32Array(),
  further: new Uint32Array(),
  said: {},
};

function* pathsOf(images: Iterable<ShardImage>): Iterable<string> {
  for (const { path } of images) yield path;
}

/** Id and classes of an image; `beside` of one beside class folders; undefined of one in another split. */
type Place = (
  image: ShardImage,
) => { readonly id: string; readonly classes: readonly string[] } | 'beside' | undefined;

function placeIn(
  { path, index, row }: ShardImage,
  { kind }: ClassSource,
  { root, folders }: SetLayout,
): ReturnType<Place> {
  if (!path.startsWith(root)) return undefined;
  const below = path.slice(root.length);
  const end = below.indexOf('/');
  if (kind === 'folder') {
    if (end === -1) return folders.size > 0 ? 'beside' : { id: below, classes: [] };
    return { id: below, classes: [below.slice(0, end)] };
  }
  const code = index.said[kind]?.[row] ?? -1;
  const classes = code < 0 ? [] : index.lists[code]!;
  const [first] = classes;
  // As a folder of class folders has it, where the name alone says nothing of the class.
  return { id: end === -1 && first !== undefined ? joined(first, below) : below, classes };
}

/** A path in one piece: a text that was put together keeps its parts as well. */
function joined(folder: string, name: string): string {
  return Buffer.from(`${folder}/${name}`).toString();
}

/** The first id that two images would have, of `count` at most: ids of equal hashes are compared, so that a million take 8 bytes each. */
function repeatedId(
  images: () => Iterable<ShardImage>,
  place: Place,
  count: number,
): string | undefined {
  const hashes = new Float64Array(count);
  let found = 0;
  for (const id of idsOf(images(), place)) {
    hashes[found] = stringHash(id);
    found += 1;
  }
  const sorted = hashes.subarray(0, found).sort();
  const twice = new Set<number>();
  for (let at = 1; at < found; at += 1) {
    if (sorted[at] === sorted[at - 1]) twice.add(sorted[at]!);
  }
  const seen = new Set<string>();
  for (const id of twice.size === 0 ? [] : idsOf(images(), place)) {
    if (!twice.has(stringHash(id))) continue;
    if (seen.has(id)) return id;
    seen.add(id);
  }
  return undefined;
}

function* idsOf(images: Iterable<ShardImage>, place: Place): Iterable<string> {
  for (const image of images) {
    const placed = place(image);
    if (placed !== undefined && placed !== 'beside') yield placed.id;
  }
}

/** Ids that no two images have: the shard where there are several, the path, and how often it occurred before. */
function ownIds(shards: readonly IndexedShard[]): (image: ShardImage) => string {
  const times = new Map<string, number>();
  return ({ path, object, index }) => {
    const id = shards.length === 1 ? path : `${shards[object]!.shard.name}/${path}`;
    if (index.superseded.length === 0) return id;
    const time = (times.get(id) ?? 0) + 1;
    times.set(id, time);
    return time === 1 ? id : `${id}#${time}`;
  };
}

/** Class folders without images, sorted: a folder keeps their names as well. */
function emptyClasses(
  shards: readonly IndexedShard[],
  { root, folders }: SetLayout,
): readonly string[] {
  if (folders.size === 0) return [];
  const empty = new Set<string>();
  for (const { index } of shards) {
    for (const folder of index.folders) {
      if (!folder.startsWith(root)) continue;
      const name = folder.slice(root.length).split('/', 1)[0]!;
      if (name !== '' && !folders.has(name)) empty.add(name);
    }
  }
  return [...empty].sort();
}
