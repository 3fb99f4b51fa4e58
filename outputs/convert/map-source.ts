import {
  type Data,
  Field,
  Float32,
  Float64,
  Int64,
  List,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  Utf8,
} from 'apache-arrow';
import type { Matches } from '../../operators/evaluation/neighbours/matches.ts';
import type { VectorSet } from '../../operators/evaluation/vectors/vector-set.ts';
import { encodePixels } from '../../operators/image/encode-pixels.ts';
import { utf8Column } from '../arrow/arrow-columns.ts';
import type { FoundImage, ImagesOfIds } from '../thumbnails/images-of-ids.ts';
import { squareThumbnails } from '../thumbnails/square-thumbnail.ts';
import type { ArrowSource } from './arrow-source.ts';

/** Rows of a batch. */
const batchRows = 512;

/** Side of a thumbnail in pixels, and about the bytes of one as text. */
const [thumbnailSide, thumbnailBytes] = [64, 3000];

/** A set with its map. */
export interface MappedSet {
  readonly set: VectorSet;
  /** `[count, 2]` float32. */
  readonly positions: Float32Array;
  /** `[count, places]` the nearest rows of each among all others, as dot products of unit vectors. */
  readonly nearest: Matches;
  /** Images of the rows, for thumbnails. Borrowed. @default none */
  readonly images?: ImagesOfIds | undefined;
  /** Told of images that have no thumbnail, at the end. */
  readonly onMissing?: ((count: number, first: string) => void) | undefined;
  /** What stands in the file of how it was made. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

/** List of numbers, none of them null. */
const idsType = new List(new Field('item', new Int64(), false));
const distancesType = new List(new Field('item', new Float64(), false));

const neighboursType = new Struct([
  new Field('ids', idsType, false),
  new Field('distances', distancesType, false),
]);

/**
 * Rows of a map as other tools open it without computing, such as Embedding Atlas:
 *
 * - `id` utf8, `label` utf8 (null when unknown), `x`, `y` float32;
 * - `neighbors` struct of `ids` list<int64>, rows of this table from 0, and `distances` list<float64>, cosine distances
 *   `1 − s`; nearest first, the row itself not among them;
 * - `image` utf8, a JPEG of 64 pixels as a `data:` address, null where it cannot be read; only with images.
 *
 * Memory: a batch of 512 rows.
 */
export function mapSource(mapped: MappedSet): ArrowSource {
  const { set, images } = mapped;
  return {
    path: set.name,
    schema: schemaOf(mapped),
    rows: set.count,
    rowBytes: 64 + (images === undefined ? 0 : thumbnailBytes) + 16 * placesOf(mapped),
    read: () => batchesOf(mapped),
    close: async () => {},
  };
}

function placesOf({ set, nearest }: MappedSet): number {
  return set.count === 0 ? 0 : nearest.positions.length / set.count;
}

function schemaOf({ images, metadata }: MappedSet): Schema {
  const fields = [
    new Field('id', new Utf8(), false),
    new Field('label', new Utf8(), true),
    new Field('x', new Float32(), false),
    new Field('y', new Float32(), false),
    new Field('neighbors', neighboursType, false),
    ...(images === undefined ? [] : [new Field('image', new Utf8(), true)]),
  ];
  return new Schema(fields, new Map(Object.entries(metadata)));
}

async function* batchesOf(mapped: MappedSet): AsyncGenerator<RecordBatch, void, undefined> {
  const { set, positions, images, signal, onMissing } = mapped;
  const schema = schemaOf(mapped);
  const thumbnails = images === undefined ? undefined : thumbnailsOf(set, images, signal);
  const missing: string[] = [];
  for (let first = 0; first < set.count; first += batchRows) {
    const length = Math.min(batchRows, set.count - first);
    const ids = Array.from({ length }, (_, at) => set.id(first + at));
    const labels = ids.map((_, at) => set.classes[set.labels[first + at]!] ?? null);
    const axis = (which: number): Data<Float32> =>
      float32Column(Float32Array.from(ids, (_, at) => positions[2 * (first + at) + which]!));
    const children: Data[] = [
      utf8Column(ids),
      utf8Column(labels),
      axis(0),
      axis(1),
      neighboursColumn(mapped, first, length),
    ];
    if (thumbnails !== undefined) {
      const pictures: (string | null)[] = [];
      for (const id of ids) {
        const { value } = await thumbnails.next();
        pictures.push(value ?? null);
        if (value === null) missing.push(id);
      }
      children.push(utf8Column(pictures));
    }
    const type = new Struct(schema.fields);
    yield new RecordBatch(schema, makeData({ type, length, nullCount: 0, children }));
  }
  if (missing.length > 0) onMissing?.(missing.length, missing[0]!);
}

function float32Column(data: Float32Array): Data<Float32> {
  return makeData({ type: new Float32(), length: data.length, nullCount: 0, data });
}

/** Neighbours of some rows; places without one are left out. */
function neighboursColumn(mapped: MappedSet, first: number, length: number): Data<Struct> {
  const { positions, similarities } = mapped.nearest;
  const places = placesOf(mapped);
  const valueOffsets = new Int32Array(length + 1);
  const found: number[] = [];
  for (let row = 0; row < length; row += 1) {
    for (let at = (first + row) * places; at < (first + row + 1) * places; at += 1) {
      if (positions[at]! >= 0) found.push(at);
    }
    valueOffsets[row + 1] = found.length;
  }
  const ids = BigInt64Array.from(found, (at) => BigInt(positions[at]!));
  const distances = Float64Array.from(found, (at) => Math.max(0, 1 - similarities[at]!));
  const some = { length, nullCount: 0, valueOffsets };
  const numbers = { length: found.length, nullCount: 0 };
  return makeData({
    type: neighboursType,
    length,
    nullCount: 0,
    children: [
      makeData({
        type: idsType,
        ...some,
        child: makeData({ type: new Int64(), ...numbers, data: ids }),
      }),
      makeData({
        type: distancesType,
        ...some,
        child: makeData({ type: new Float64(), ...numbers, data: distances }),
      }),
    ],
  });
}

/** A thumbnail for each row in order, as a `data:` address; null where the image cannot be read. */
async function* thumbnailsOf(
  set: VectorSet,
  images: ImagesOfIds,
  signal: AbortSignal | undefined,
): AsyncGenerator<string | null, void, undefined> {
  const draw = squareThumbnails(thumbnailSide);
  const wanted = Array.from({ length: set.count }, (_, at) => ({ id: set.id(at) }));
  for await (const found of images.images(wanted, thumbnailSide, signal)) {
    yield found.image === null ? null : await addressOf(draw(found.image));
  }
}

async function addressOf(image: NonNullable<FoundImage['image']>): Promise<string> {
  const jpeg = await encodePixels(image, { as: 'jpeg', quality: 85 });
  return `data:image/jpeg;base64,${Buffer.from(jpeg).toString('base64')}`;
}
