import { counted, cutText } from '../../operators/message-words.ts';
import type { Rgb } from '../../operators/image/recipe-steps.ts';
import { sharp } from '../../operators/image/sharp-setup.ts';
import type { RgbImage } from '../../operators/types.ts';
import { glyphSize } from './bitmap-font.ts';
import { canvas, characterStep, paste, write } from './canvas.ts';
import { fittedImage } from './fitted-image.ts';
import { occurrences } from './sheet-facts.ts';
import type { SheetRow, ViewSheet } from './view-sheet.ts';

/** Least side of a cell, in pixels: smaller views are enlarged by a whole factor, as far as they fit. */
export const cellSide = 128;

/** Lengths in pixels. */
const margin = 16;
const gap = 8;
const textScale = 2;
const lineHeight = (glyphSize.height + 4) * textScale;
/** Room for the caption of one view. */
const leastWidth = 640;

const paper: Rgb = [240, 240, 240];
const ink: Rgb = [24, 24, 24];

/** Places of the cells of a PNG sheet. */
export interface SheetLayout {
  readonly width: number;
  readonly height: number;
  /** Side of a cell, and the factor by which views are enlarged in it. */
  readonly side: number;
  readonly scale: number;
  /** Top of the cells of a row. */
  readonly top: (row: number) => number;
  /** Left side of a view; number -1 is the image itself. */
  readonly left: (view: number) => number;
}

/** Layout of a sheet: lines of title, then for each image a caption above its cells. */
export function sheetLayout(sheet: ViewSheet): SheetLayout {
  const { rows, imageSize } = sheet;
  const lines = titles(sheet).length + 1;
  const scale = Math.max(1, Math.floor(cellSide / imageSize));
  const side = imageSize * scale;
  const views = rows[0]!.views.length;
  const rowHeight = lineHeight + side + 2 * gap;
  const left = (view: number): number => margin + (view + 1) * (side + gap) + (view < 0 ? 0 : gap);
  const top = (row: number): number => margin + lines * lineHeight + gap + row * rowHeight;
  return {
    width: Math.max(leastWidth, left(views) - gap + margin),
    height: top(rows.length - 1) + side + margin,
    side,
    scale,
    top,
    left,
  };
}

/** Draws a sheet as one picture. Views are enlarged so that each pixel is a square, never smoothed. */
export function sheetPicture(sheet: ViewSheet): RgbImage {
  const layout = sheetLayout(sheet);
  const on = canvas(layout.width, layout.height, paper);
  for (const [line, text] of titles(sheet).entries())
    writeLine(on, text, margin + line * lineHeight);
  for (const [at, row] of sheet.rows.entries()) drawRow(on, row, layout, at);
  return on;
}

/** PNG of a picture. */
export async function pngOf({ width, height, data }: RgbImage): Promise<Uint8Array> {
  return await sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
}

/** Sides of an image, such as `640 × 480`. */
export function shownSize({ width, height }: Pick<RgbImage, 'width' | 'height'>): string {
  return `${width} × ${height}`;
}

/** Caption of an image, such as `cat/0001.png · cat · 640 × 480`. */
export function rowCaption({ id, className, size }: SheetRow): string {
  const named = className === null ? 'no class' : className;
  return `${id} · ${named} · ${shownSize(size)}`;
}

function titles(sheet: ViewSheet): readonly string[] {
  const { name, recipe, imageSize, seed } = sheet;
  const all = counted(sheet.rows.length * sheet.rows[0]!.views.length, 'view');
  const found = occurrences(sheet).flatMap(({ what, views }) =>
    views === 0 ? [] : [`${what} ${counted(views)}`],
  );
  return [recipe.name, `${name} · ${imageSize} px · seed ${seed}`, [all, ...found].join(' · ')];
}

function drawRow(on: RgbImage, row: SheetRow, layout: SheetLayout, at: number): void {
  const { side, scale } = layout;
  const top = layout.top(at);
  writeLine(on, rowCaption(row), top - lineHeight);
  const fitted = fittedImage(row.image, side);
  const middle = (length: number): number => Math.floor((side - length * fitted.scale) / 2);
  paste(on, fitted.image, {
    left: layout.left(-1) + middle(fitted.image.width),
    top: top + middle(fitted.image.height),
    scale: fitted.scale,
  });
  for (const [view, { colours }] of row.views.entries()) {
    paste(on, colours, { left: layout.left(view), top, scale });
  }
}

function writeLine(on: RgbImage, text: string, top: number): void {
  const most = Math.floor((on.width - 2 * margin) / (characterStep * textScale));
  write(on, cutText(text, most), { left: margin, top, scale: textScale }, ink);
}
