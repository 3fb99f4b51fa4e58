import { permutation, seededRandom } from '../../../operators/random.ts';
import { spriteImage } from '../../map/map-figure.ts';
import type { MapSprite } from '../../map/map-set.ts';
import { markup, type Markup } from '../../page/markup.ts';
import { drawSprite, type Sprite } from '../../thumbnails/sprite.ts';
import { spriteNotes } from '../../thumbnails/sprite-notes.ts';
import type { ReportContext } from '../material/report-section.ts';

/** Side of a thumbnail on a map in pixels, and its JPEG quality: some 0.8 kB each. */
const [side, quality] = [32, 80];

/** Thumbnails of the maps of a page. Maps of one set share them. */
export interface MapThumbnails {
  /**
   * Thumbnails of the points of a map; of more than `most` as many are drawn by seed.
   *
   * @param hash Of the dataset that the points are images of.
   * @returns Undefined where there are no images.
   */
  readonly of: (hash: string, ids: readonly string[]) => Promise<MapSprite | undefined>;
  /** The pictures that they lie in, to stand in the page before the maps. */
  readonly pictures: () => Markup;
}

/** @param most Thumbnails of one set. */
export function mapThumbnails(
  { images, signal, note }: ReportContext,
  { most, seed }: { readonly most: number; readonly seed: number },
): MapThumbnails {
  const drawn = new Map<string, DrawnSprite | undefined>();
  const draw = async (hash: string, ids: readonly string[]): Promise<DrawnSprite | undefined> => {
    const source = await images?.of(hash);
    if (source === undefined) return undefined;
    const order = permutation(ids.length, seededRandom('map thumbnails', seed));
    // In the order of the set: neighbours on a disk or in a shard are read one after the other.
    const wanted = Array.from(order.subarray(0, most).sort(), (at) => ({ id: ids[at]! }));
    const sprite = await drawSprite(source, wanted, { side, quality, signal });
    for (const text of spriteNotes(sprite, source.name)) note(text);
    const places = new Map(wanted.map(({ id }, place) => [id, place]));
    return { image: `map-images-${drawn.size}`, sprite, places };
  };
  return {
    async of(hash, ids) {
      if (!drawn.has(hash)) drawn.set(hash, await draw(hash, ids));
      const found = drawn.get(hash);
      if (found === undefined) return undefined;
      const { image, sprite, places } = found;
      const cells = Int32Array.from(ids, (id) => places.get(id) ?? -1);
      return { image, side, columns: sprite.columns, cells };
    },
    pictures: () =>
      markup`${[...drawn.values()].map((one) => (one === undefined ? markup`` : spriteImage(one.image, one.sprite.jpeg)))}`,
  };
}

interface DrawnSprite {
  readonly image: string;
  readonly sprite: Sprite;
  readonly places: ReadonlyMap<string, number>;
}
