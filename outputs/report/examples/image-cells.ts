import { messageOf, PipelineError } from '../../../operators/errors.ts';
import { markup, type Markup } from '../../page/markup.ts';
import {
  noThumbnails,
  type PageThumbnails,
  pageThumbnails,
  thumbnailStyle,
} from '../../thumbnails/page-thumbnails.ts';
import { placelessImages } from '../material/page-names.ts';
import type { ReportContext } from '../material/report-section.ts';

/** Image that a table names. */
export interface NamedImage {
  /** Hash of the dataset that it is of; undefined where that is not known. */
  readonly set: string | undefined;
  readonly id: string;
}

/** Images in the cells of tables: thumbnail, id, and what is said of it. */
export interface ImageCells {
  /** What must stand before the tables. */
  readonly pictures: Markup;
  /** Cell of an image; `–` where there is none. @param lines Said below its id, such as its class. */
  readonly cell: (
    image: NamedImage | undefined,
    ...lines: readonly (string | undefined)[]
  ) => Markup;
}

/** Style sheets of such tables. */
export const imageStyles: readonly string[] = [
  `${thumbnailStyle}
.image { display: block; width: 9.5rem; }
.image code { display: block; font-size: 0.8125rem; }
@media (max-width: 30rem) { .image { width: 5.5rem; } .image code { font-size: 0.75rem; } }
.image .said { display: block; color: var(--muted); font-size: 0.8125rem; }
`,
];

/**
 * Draws the thumbnails of the images of a section; where there are no images, its cells are ids alone.
 *
 * @param section Name of the section, with which ids in the page begin.
 */
export async function imageCells(
  { images, signal, note }: ReportContext,
  section: string,
  wanted: readonly NamedImage[],
): Promise<ImageCells> {
  const drawn = new Map<string | undefined, PageThumbnails>();
  for (const set of new Set(wanted.map((one) => one.set))) {
    const source = set === undefined ? undefined : await images?.of(set);
    if (source === undefined) continue;
    const ofSet = wanted.filter((one) => one.set === set);
    const name = `${section}-images-${drawn.size}`;
    const tell = (text: string): void => note(placelessImages(text, source.name));
    try {
      drawn.set(set, await pageThumbnails(source, ofSet, { name, signal, note: tell }));
    } catch (error) {
      // Images that went away cost the thumbnails alone.
      if (!(error instanceof PipelineError)) throw error;
      tell(`no thumbnails: ${messageOf(error)}`);
    }
  }
  return {
    pictures: markup`${[...drawn.values()].map(({ picture }) => picture)}`,
    cell(image, ...lines) {
      if (image === undefined) return markup`–`;
      const { show } = drawn.get(image.set) ?? noThumbnails;
      const said = lines.filter((line) => line !== undefined && line !== '');
      return markup`<span class="image">${show(image.id)}<code>${brokenAtSlashes(image.id)}</code>${said.map((line) => markup`<span class="said">${line!}</span>`)}</span>`;
    },
  };
}

/** An id whose lines end behind its slashes, where they can. */
function brokenAtSlashes(id: string): Markup {
  return {
    html: id
      .split('/')
      .map((part) => markup`${part}`.html)
      .join('/<wbr>'),
  };
}
