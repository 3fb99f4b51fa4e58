import { readFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { normalisations, viewRecipe } from '../../../operators/image/view-recipe.ts';
import { drawViews, makeViews } from '../../../operators/image/views.ts';
import type { RgbImage } from '../../../operators/types.ts';
import { htmlSheet } from '../../../outputs/sheet/html-sheet.ts';
import { sheetLayout, sheetPicture } from '../../../outputs/sheet/png-sheet.ts';
import { viewColours } from '../../../outputs/sheet/view-colours.ts';
import type { SheetRow, ViewSheet } from '../../../outputs/sheet/view-sheet.ts';
import { writeSheet } from '../../../outputs/sheet/write-sheet.ts';
import { fewColours } from '../../helpers/image-files.ts';
import { allElements, parsedPage, pngPixels } from '../../helpers/sheets.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

const recipe = viewRecipe('paper', normalisations.cifar10);
const options = { views: 3, imageSize: 16, seed: 5 };

function rowOf(id: string, image: RgbImage, more: Partial<SheetRow> = {}): SheetRow {
  const key = { id, draw: 0 };
  const pixels = makeViews([image], [key], recipe, options);
  const views = drawViews(image, key, recipe, options).map((draw, at) => ({
    draw,
    local: false,
    colours: viewColours(pixels.subarray(at * 768, (at + 1) * 768), recipe, 16),
  }));
  return { id, className: 'a', size: image, image, views, ...more };
}

function sheetOf(rows: readonly SheetRow[], leftOut: ViewSheet['leftOut'] = []): ViewSheet {
  return { name: 'photos', recipe, imageSize: 16, seed: 5, rows, leftOut };
}

const sheet = sheetOf([
  rowOf('a/1.png', fewColours(40, 25)),
  rowOf('a/2.png', fewColours(1, 1), { className: null }),
  rowOf('b/3.png', fewColours(3, 700), { size: { width: 30, height: 7000 } }),
]);

/** The square of a picture, each of its pixels taken once from where `scale` × `scale` are alike. */
function cell(
  picture: RgbImage,
  left: number,
  top: number,
  side: number,
  scale: number,
): Uint8Array {
  const pixels: number[] = [];
  for (let y = 0; y < side; y += 1) {
    for (let x = 0; x < side; x += 1) {
      const colours = new Set<string>();
      for (let at = 0; at < scale * scale; at += 1) {
        const row = top + y * scale + Math.floor(at / scale);
        const from = (row * picture.width + left + x * scale + (at % scale)) * 3;
        colours.add(picture.data.subarray(from, from + 3).join());
      }
      pixels.push(...(colours.size === 1 ? [...colours][0]!.split(',').map(Number) : [-1]));
    }
  }
  return Uint8Array.from(pixels);
}

test('colours are those of the view, normalisation undone, to the nearest byte', (t) => {
  const image = fewColours(40, 25);
  const pixels = makeViews([image], [{ id: 'x', draw: 0 }], recipe, { ...options, views: 1 });
  const { data } = viewColours(pixels, recipe, 16);
  for (const [at, byte] of data.entries()) {
    const exact = 255 * (pixels[at]! * recipe.std[at % 3]! + recipe.mean[at % 3]!);
    t.true(Math.abs(byte - exact) <= 0.5 + 1e-4, `${at}: ${byte}, ${exact}`);
  }
});

test('the cells of the picture are the views, each pixel a square', (t) => {
  const picture = sheetPicture(sheet);
  const layout = sheetLayout(sheet);
  t.is(picture.data.length, layout.width * layout.height * 3);
  t.is(layout.scale, 8);
  for (const [at, row] of sheet.rows.entries()) {
    for (const [view, { colours }] of row.views.entries()) {
      const [left, top] = [layout.left(view), layout.top(at)];
      t.deepEqual(cell(picture, left, top, 16, 8), colours.data, `${row.id}, view ${view}`);
    }
  }
  // The image of one pixel fills its cell.
  t.deepEqual(cell(picture, layout.left(-1), layout.top(1), 1, 128), fewColours(1, 1).data);
});

test('views that are larger than a cell are drawn pixel for pixel', (t) => {
  const colours = fewColours(200, 200);
  const [first] = sheet.rows;
  const views = [{ draw: first!.views[0]!.draw, local: false, colours }];
  const large = { ...sheetOf([{ ...first!, views }]), imageSize: 200 };
  const { left, top } = sheetLayout(large);
  t.deepEqual(cell(sheetPicture(large), left(0), top(0), 200, 1), colours.data);
});

test('the page holds the views pixel for pixel, each with its parameters', async (t) => {
  const page = await parsedPage(await htmlSheet(sheet));
  const elements = allElements(page);
  const images = elements.filter(({ name }) => name === 'img');
  t.is(images.length, 3 * (1 + 3));
  t.true(images.every(({ attributes }) => attributes['alt'] !== ''));
  for (const [at, { id, views }] of sheet.rows.entries()) {
    const [original, ...shown] = images.slice(at * 4, (at + 1) * 4);
    t.is(original!.attributes['alt'], id);
    for (const [view, { colours, draw }] of views.entries()) {
      const { src, alt, width } = shown[view]!.attributes;
      t.deepEqual(await pngPixels(src!), colours);
      t.is(width, '128');
      t.true(alt!.startsWith(`view ${view} of ${id}: crop ${draw.crop.width} × `), alt);
      t.is(alt!.includes('flipped'), draw.flip);
      t.is(alt!.includes('greyscale'), draw.grayscale);
      const [kinds, kindsTold] = [
        draw.colours.map(({ kind }) => kind),
        alt!.match(/brightness|contrast|saturation|hue/gu),
      ];
      t.deepEqual(kindsTold ?? [], kinds);
    }
  }
});

test('the page is one file with headings, a language, and nothing from elsewhere', async (t) => {
  const html = await htmlSheet(sheet);
  const elements = allElements(await parsedPage(html));
  const named = (name: string) => elements.filter((one) => one.name === name);
  t.is(named('html')[0]?.attributes['lang'], 'en-GB');
  t.is(named('title')[0]?.text, 'Views of photos: paper');
  t.deepEqual(
    named('h3').map(({ text }) => text),
    ['a/1.png', 'a/2.png', 'b/3.png'],
  );
  t.is(named('h1').length, 1);
  for (const { name, attributes } of elements) {
    t.false(['script', 'link', 'iframe', 'object', 'base', 'a', 'form'].includes(name), name);
    for (const [key, value] of Object.entries(attributes)) {
      t.false(key.startsWith('on') || key === 'href' || key === 'style', key);
      if (key === 'src') t.true(value.startsWith('data:image/png;base64,'));
    }
  }
  t.notRegex(html, /url\(|@import|https?:/u);
  t.regex(html, /prefers-color-scheme: dark/u);
  t.regex(html, /loaded as 3 × 700/u);
});

test('names are text on the page, whatever is in them', async (t) => {
  const names = [
    '<img src=x onerror=alert(1)>.png',
    `"'&amp;</style></title><script>alert(1)</script>`,
    'line\nend\u202Egnp.png',
    '猫🐈 \uD800.png',
  ];
  const image = fewColours(2, 2);
  const rows = names.map((name) => rowOf(name, image, { className: name, repaired: name }));
  const leftOut = names.map((name) => ({ id: name, reason: name }));
  const hostile = { ...sheetOf(rows, leftOut), name: names[1]! };
  const elements = allElements(await parsedPage(await htmlSheet(hostile)));
  t.is(elements.filter(({ name }) => name === 'script').length, 0);
  t.is(elements.filter(({ name }) => name === 'img').length, 4 * (1 + 3));
  const headings = elements.filter(({ name }) => name === 'h3').map(({ text }) => text);
  t.deepEqual(headings.slice(0, 2), names.slice(0, 2));
  t.deepEqual(headings.slice(2), ['line\uFFFDend\uFFFDgnp.png', '猫🐈 \uFFFD.png']);
  t.is(elements.find(({ name }) => name === 'h1')?.text, `Views of ${names[1]!}`);
  const picture = sheetPicture(hostile);
  t.is(picture.data.length, picture.width * picture.height * 3);
});

test('captions end before the picture does', (t) => {
  const wide = sheetOf([rowOf(`${'W각'.repeat(500)}.png`, fewColours(2, 2))]);
  const { width, height, data } = sheetPicture(wide);
  for (let y = 0; y < height; y += 1) {
    const at = (y * width + width - 16) * 3;
    t.true(data.subarray(at, (y + 1) * width * 3).every((byte) => byte === 240));
  }
});

test('a sheet is written as its name ends, twice the same bytes, over an earlier file', async (t) => {
  const folder = await temporaryFolder(t);
  const [page, picture] = [path.join(folder, 'a.HTML'), path.join(folder, 'a.png')];
  t.like(await writeSheet(page, sheet), { format: 'html', images: 3, views: 3, imageSize: 16 });
  const report = await writeSheet(picture, sheet);
  const [first, firstPage] = [await readFile(picture), await readFile(page)];
  t.is(report.bytes, first.byteLength);
  const [read, drawn] = [await pngPixels(first), sheetPicture(sheet)];
  t.deepEqual([read.width, read.height], [drawn.width, drawn.height]);
  t.true(Buffer.from(read.data).equals(drawn.data));
  await writeSheet(picture, sheet);
  await writeSheet(page, sheet);
  t.true(first.equals(await readFile(picture)));
  t.true(firstPage.equals(await readFile(page)));
  await t.throwsAsync(writeSheet(path.join(folder, 'a.jpg'), sheet), { instanceOf: RangeError });
});
