import { counted } from '../../operators/message-words.ts';
import type { RgbImage } from '../../operators/types.ts';
import { drawWords } from './draw-words.ts';
import { dataTable } from '../page/data-table.ts';
import { htmlPage } from '../page/html-page.ts';
import { markup, type Markup } from '../page/markup.ts';
import { fittedImage } from './fitted-image.ts';
import { cellSide, pngOf } from './png-sheet.ts';
import { cropShares, occurrences, recipeFields } from './sheet-facts.ts';
import { sheetStyle } from './sheet-style.ts';
import type { SheetRow, SheetView, ViewSheet } from './view-sheet.ts';

/** Longest side of the images that views are made of, as the page shows them, in pixels. */
const shownSide = 256;

/**
 * A sheet as one HTML page: nothing in it is loaded from elsewhere, no script runs, and names are text whatever is in them.
 *
 * Views stand in it pixel for pixel; the browser enlarges them by a whole factor, without smoothing.
 */
export async function htmlSheet(sheet: ViewSheet): Promise<string> {
  const articles: Markup[] = [];
  for (const row of sheet.rows) articles.push(await article(row, sheet.imageSize));
  return htmlPage({
    title: `Views of ${sheet.name}: ${sheet.recipe.name}`,
    description: summary(sheet),
    header: markup`<h1>Views of ${sheet.name}</h1>
<p>${summary(sheet)}</p>`,
    main: markup`<section>
<h2>Images</h2>
${articles}
</section>
${leftOut(sheet)}
<section>
<h2>How often</h2>
${happenings(sheet)}
</section>
<section>
<h2>Recipe</h2>
${table('Parameters of the recipe', ['field', 'value'], recipeFields(sheet.recipe))}
</section>`,
    styles: [sheetStyle],
  });
}

function summary({ rows, imageSize, recipe, seed }: ViewSheet): string {
  const views = counted(rows[0]!.views.length, 'view');
  return (
    `${counted(rows.length, 'image')}, ${views} of ${imageSize} × ${imageSize} pixels each, as training makes them with ` +
    `the augmentation “${recipe.name}” and seed ${seed} when it draws an image for the first time. Outlines in an image ` +
    'show the parts that its views are made of.'
  );
}

async function article(row: SheetRow, imageSize: number): Promise<Markup> {
  const { id, className, size, repaired } = row;
  const views: Markup[] = [];
  for (const [at, view] of row.views.entries())
    views.push(await viewItem(row, view, at, imageSize));
  const facts = [
    className === null ? 'no class' : `class ${className}`,
    `${size.width} × ${size.height} pixels`,
    ...(row.image.width === size.width && row.image.height === size.height
      ? []
      : [`loaded as ${row.image.width} × ${row.image.height}`]),
    ...(repaired === undefined ? [] : [`repaired: ${repaired}`]),
  ];
  return markup`<article>
<h3>${id}</h3>
<p>${facts.join(' · ')}</p>
<div class="row">
<figure>${await original(row)}</figure>
<ul>
${views}
</ul>
</div>
</article>`;
}

/** The image, with the outlines of its crops on it. */
async function original(row: SheetRow): Promise<Markup> {
  const { image, scale } = fittedImage(row.image, shownSide);
  const sides = { width: image.width * scale, height: image.height * scale };
  const { width, height } = row.image;
  const outlines = row.views.flatMap(({ draw: { crop } }, at) =>
    crop.width === width && crop.height === height
      ? []
      : [
          markup`<rect x="${crop.left}" y="${crop.top}" width="${crop.width}" height="${crop.height}" stroke="${hue(at)}"/>`,
        ],
  );
  return markup`<div class="outlined">${await picture(image, sides, row.id)}<svg viewBox="0 0 ${width} ${height}" preserveAspectRatio="none" aria-hidden="true">${outlines}</svg></div>`;
}

async function viewItem(
  { id, image }: SheetRow,
  { draw, colours, local }: SheetView,
  at: number,
  imageSize: number,
): Promise<Markup> {
  const side = imageSize * Math.max(1, Math.floor(cellSide / imageSize));
  const words = drawWords(draw, image);
  const name = `view ${at}${local ? ', local' : ''}`;
  const alt = `${name} of ${id}: ${words.join(', ')}`;
  const lines = words.map((word) => markup`<br>${word}`);
  return markup`<li><figure>${await picture(colours, { width: side, height: side }, alt)}<figcaption><svg viewBox="0 0 9 9" aria-hidden="true"><rect width="9" height="9" fill="${hue(at)}"/></svg> ${name}${lines}</figcaption></figure></li>`;
}

/** A picture that the browser enlarges to the given sides, each pixel a square. */
async function picture(
  image: RgbImage,
  { width, height }: Pick<RgbImage, 'width' | 'height'>,
  alt: string,
): Promise<Markup> {
  const data = Buffer.from(await pngOf(image)).toString('base64');
  return markup`<img src="data:image/png;base64,${data}" width="${width}" height="${height}" alt="${alt}">`;
}

/** A colour for a view: the golden angle keeps neighbours apart. */
function hue(view: number): string {
  return `hsl(${Math.round(view * 137.5) % 360} 85% 50%)`;
}

function happenings(sheet: ViewSheet): Markup {
  const found = occurrences(sheet).map(({ what, views, share, expected }) => [
    what,
    counted(views),
    share,
    expected,
  ]);
  const heads = ['done to a view', 'views', 'share', 'by the recipe'];
  return markup`${table('Steps that were done to the views', heads, found)}
<p>Area of the image that a view shows: ${cropShares(sheet)}.</p>`;
}

function leftOut({ leftOut: images }: ViewSheet): Markup {
  if (images.length === 0) return markup``;
  const rows = images.map(({ id, reason }) => [id, reason]);
  return markup`<section>
<h2>Left out</h2>
${table('Images that could not be used', ['image', 'reason'], rows)}
</section>`;
}

function table(
  caption: string,
  heads: readonly string[],
  rows: readonly (readonly string[])[],
): Markup {
  return dataTable({ caption, columns: heads.map((heading) => ({ heading })), rows });
}
