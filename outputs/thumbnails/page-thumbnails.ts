import { markup, type Markup } from '../page/markup.ts';
import type { ImagesOfIds, WantedImage } from './images-of-ids.ts';
import { drawSprite, mostInSprite, type Sprite } from './sprite.ts';
import { spriteNotes } from './sprite-notes.ts';

/** Thumbnails of a page, which lie in one picture of it. */
export interface PageThumbnails {
  /** The picture; stands in the page once, anywhere before what shows it. */
  readonly picture: Markup;
  /** Thumbnail of an image, to stand beside what names it; nothing of one that is not among them. */
  readonly show: (id: string) => Markup;
}

/** Circumstances of drawing them. */
export interface PageThumbnailsOptions {
  /** Id of the picture in the page; letters, digits and `-`. */
  readonly name: string;
  readonly signal?: AbortSignal | undefined;
  /** Told what a person should know, such as images that cannot be read. */
  readonly note: (text: string) => void;
}

/** Side of a thumbnail in a page, in pixels. */
const pageSide = 64;

/** Style sheet of thumbnails: at their size, and the picture nowhere. */
export const thumbnailStyle = `
.sprite { position: absolute; width: 0; height: 0; overflow: hidden; }
.thumbnail { display: block; width: 4rem; height: 4rem; background: var(--panel); }
`;

/** No thumbnails: where there are no images. */
export const noThumbnails: PageThumbnails = { picture: markup``, show: () => markup`` };

/**
 * Thumbnails of images as parts of one JPEG in the page, about 2 kB each. Without scripts and without styles of single
 * elements, which the policy of pages forbids.
 *
 * @param wanted Each id counts once; without any there are no thumbnails.
 */
export async function pageThumbnails(
  images: ImagesOfIds,
  wanted: readonly WantedImage[],
  { name, signal, note }: PageThumbnailsOptions,
): Promise<PageThumbnails> {
  const once = [...new Map(wanted.map((one) => [one.id, one])).values()];
  const drawn = once.slice(0, mostInSprite(pageSide));
  if (drawn.length === 0) return noThumbnails;
  const sprite = await drawSprite(images, drawn, { side: pageSide, quality: 85, signal });
  for (const text of spriteNotes(sprite, images.name)) note(text);
  const places = new Map(drawn.map(({ id }, place) => [id, place]));
  return {
    picture: picture(sprite, name),
    show(id) {
      const place = places.get(id);
      return place === undefined ? markup`` : thumbnail(sprite, place, name);
    },
  };
}

function picture({ jpeg, columns, side }: Sprite, name: string): Markup {
  const size = columns * side;
  const data = Buffer.from(jpeg).toString('base64');
  return markup`<svg class="sprite" aria-hidden="true" focusable="false"><defs>
<image id="${name}" width="${size}" height="${size}" href="data:image/jpeg;base64,${data}"/>
</defs></svg>`;
}

function thumbnail({ side, columns }: Sprite, place: number, name: string): Markup {
  const [left, top] = [side * (place % columns), side * Math.floor(place / columns)];
  return markup`<svg class="thumbnail" viewBox="${left} ${top} ${side} ${side}" aria-hidden="true" focusable="false"><use href="#${name}"/></svg>`;
}
