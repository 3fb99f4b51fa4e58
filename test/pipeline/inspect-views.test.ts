import fs from 'node:fs/promises';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { decodePixels } from '../../operators/image/decode-pixels.ts';
import { sharp } from '../../operators/image/sharp-setup.ts';
import { shrinkTarget } from '../../operators/image/shrink-target.ts';
import { viewRecipe } from '../../operators/image/view-recipe.ts';
import { makeViews } from '../../operators/image/views.ts';
import { viewColours } from '../../outputs/sheet/view-colours.ts';
import { type Inspected, inspect } from '../../pipeline/inspect.ts';
import type { InspectOptions } from '../../pipeline/options/inspect-options.ts';
import { runCommandLine } from '../helpers/command-line.ts';
import { fewColours } from '../helpers/image-files.ts';
import { writeImageTree } from '../helpers/image-tree.ts';
import { allElements, parsedPage, pngPixels } from '../helpers/sheets.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { notesOf } from '../helpers/told.ts';

/** A folder with `photos/<class>/<n>.png`, and room beside it. */
async function photosOf(t: ExecutionContext, perClass: readonly number[]): Promise<string> {
  const photos = path.join(await temporaryFolder(t), 'photos');
  await fs.mkdir(photos);
  await writeImageTree(photos, perClass);
  return photos;
}

const small = { viewsPerImage: 2, imageSize: 8 };

async function drawn(photos: string, given: Partial<InspectOptions> = {}): Promise<Inspected> {
  return await inspect({ path: photos, views: `${photos}.png`, ...small, ...given });
}

function idsOf({ tables }: Inspected): readonly unknown[] {
  return tables[0]!.records.map(({ id }) => id);
}

function classesOf({ tables }: Inspected): string {
  return tables[0]!.records.map((record) => record['class'] as string).join('');
}

async function pngFile(file: string, width: number, height: number): Promise<void> {
  const { data } = fewColours(width, height);
  await fs.mkdir(path.dirname(file), { recursive: true });
  await sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toFile(file);
}

test('views are those of training: same file, same shrinking, same seed, first draw', async (t) => {
  const photos = await photosOf(t, []);
  const file = path.join(photos, 'a', 'large.png');
  await pngFile(file, 150, 100);
  const page = `${photos}.html`;
  const given = { views: page, viewsPerImage: 5, imageSize: 12, seed: 7 };
  const { sheet, tables } = await drawn(photos, given);
  t.like(sheet, { file: page, format: 'html', images: 1, views: 5, imageSize: 12 });
  t.is(sheet!.bytes, (await fs.stat(page)).size);
  // Of the file, not as it was loaded.
  t.deepEqual(tables[0]!.records, [{ id: 'a/large.png', class: 'a', size: '150 × 100' }]);

  const recipe = viewRecipe('paper');
  const image = await decodePixels(await fs.readFile(file), { shrinkTo: shrinkTarget(recipe, 12) });
  t.true(image.width < 150);
  const key = { id: 'a/large.png', draw: 0 };
  const pixels = makeViews([image], [key], recipe, { views: 5, imageSize: 12, seed: 7 });
  const elements = allElements(await parsedPage(await fs.readFile(page, 'utf8')));
  const [original, ...views] = elements.filter(({ name }) => name === 'img');
  t.deepEqual((await pngPixels(original!.attributes['src']!)).data, image.data);
  t.is(views.length, 5);
  for (const [at, { attributes }] of views.entries()) {
    const expected = viewColours(pixels.subarray(at * 432, (at + 1) * 432), recipe, 12);
    t.deepEqual(await pngPixels(attributes['src']!), expected);
  }
});

test('any augmentation is drawn as `train` takes it; local views stand behind the others', async (t) => {
  const photos = await photosOf(t, [1]);
  const augmentation = 'simclr,randaugment=2/9,solarize=0.5@0.2,local=3/0.05-0.14';
  const page = `${photos}.html`;
  const { sheet, what } = await drawn(photos, { views: page, augmentation });
  t.like(sheet, { images: 1, views: 2 + 3 });
  t.true(what.includes(augmentation.split(',')[1]!), what);
  const elements = allElements(await parsedPage(await fs.readFile(page, 'utf8')));
  const names = elements
    .filter(({ name }) => name === 'img')
    .map(({ attributes }) => attributes['alt']!.split(' of ')[0]);
  t.deepEqual(names.slice(1), [
    'view 0',
    'view 1',
    'view 2, local',
    'view 3, local',
    'view 4, local',
  ]);
});

test('images come one after the other of each class, drawn by the seed', async (t) => {
  const photos = await photosOf(t, [6, 1, 6]);
  const first = await drawn(photos, { count: 6 });
  t.is(classesOf(first), 'abcaca');
  t.is(new Set(idsOf(first)).size, 6);
  const bytes = await fs.readFile(`${photos}.png`);
  t.deepEqual(idsOf(await drawn(photos, { count: 6 })), idsOf(first));
  t.true(bytes.equals(await fs.readFile(`${photos}.png`)));
  t.notDeepEqual(idsOf(await drawn(photos, { count: 6, seed: 1 })), idsOf(first));
  t.is(classesOf(await drawn(photos, { count: 99 })).length, 13);
  t.is(classesOf(await drawn(photos, { classes: ['c'], count: 2 })), 'cc');
});

test('of more classes than images some are drawn, each once, in their order', async (t) => {
  const photos = await photosOf(t, [2, 2, 2, 2, 2, 2, 2, 2]);
  const chosen = new Set<string>();
  for (let seed = 0; seed < 4; seed += 1) {
    const classes = classesOf(await drawn(photos, { count: 3, seed }));
    t.is(classes, [...new Set(classes)].sort().join(''));
    t.is(classes.length, 3);
    chosen.add(classes);
  }
  t.true(chosen.size > 1);
});

test('a folder without classes, and images that are drawn, have sheets as well', async (t) => {
  const photos = await photosOf(t, []);
  for (const name of ['1.png', '<b>&"2.png', '3.png']) await pngFile(path.join(photos, name), 9, 5);
  const { what, tables } = await drawn(photos, { augmentation: 'plain' });
  t.is(what, '3 images, 2 views of each, by the augmentation `plain`');
  t.true(tables[0]!.records.every((record) => record['class'] === null));
  t.true(tables[1]!.records.every(({ views }) => views === 0));
  const synthetic = await drawn(photos, { path: 'synthetic:shapes?classes=3&count=6', count: 3 });
  t.is(synthetic.sheet?.images, 3);
});

test('an image that cannot be used is left out and told, and another of its class stands there', async (t) => {
  const photos = await photosOf(t, [3, 3]);
  for (const name of ['000', '001']) await fs.writeFile(path.join(photos, 'a', `${name}.png`), 'x');
  const told = await drawn(photos, { count: 4, views: `${photos}.html` });
  t.is(classesOf(told), 'abbb');
  t.is(told.tables.at(-1)?.title, 'left out');
  t.deepEqual(
    told.tables
      .at(-1)
      ?.records.map(({ id }) => id)
      .toSorted(),
    ['a/000.png', 'a/001.png'],
  );
  t.regex(await fs.readFile(`${photos}.html`, 'utf8'), /<h2>Left out<\/h2>/u);
  const notes = await notesOf(inspect({ path: photos, views: `${photos}.png`, count: 4 }));
  t.is(
    notes.filter((text) =>
      /^2 images that cannot be used are left out\. The first one: .*a\/00/u.test(text),
    ).length,
    1,
  );

  await fs.rm(path.join(photos, 'b'), { recursive: true });
  await fs.rm(path.join(photos, 'a', '002.png'));
  const error = await t.throwsAsync(drawn(photos, { views: `${photos}-2.png` }));
  t.like(error, { code: 'ERR_TOO_MANY_BAD' });
  t.deepEqual((await fs.readdir(path.dirname(photos))).sort(), [
    'photos',
    'photos.html',
    'photos.png',
  ]);
});

test('transparency, orientation and damage are read as the options say', async (t) => {
  const photos = await photosOf(t, []);
  await fs.mkdir(path.join(photos, 'a'));
  const clearRed = Uint8Array.from({ length: 14 * 9 * 4 }, (_, at) => (at % 4 === 0 ? 255 : 0));
  await sharp(clearRed, { raw: { width: 14, height: 9, channels: 4 } })
    .withMetadata({ orientation: 6 })
    .png()
    .toFile(path.join(photos, 'a', 'clear.png'));
  const page = `${photos}.html`;
  const pixelsOf = async (given: Partial<InspectOptions>) => {
    const { tables } = await drawn(photos, { views: page, augmentation: 'plain', ...given });
    const elements = allElements(await parsedPage(await fs.readFile(page, 'utf8')));
    const view = elements.filter(({ name }) => name === 'img')[1]!;
    const { data } = await pngPixels(view.attributes['src']!);
    return [tables[0]!.records[0]!['size'], ...data.subarray(0, 3)];
  };
  t.deepEqual(await pixelsOf({}), ['9 × 14', 255, 255, 255]);
  t.deepEqual(await pixelsOf({ alpha: 'drop', exif: 'ignore' }), ['14 × 9', 255, 0, 0]);

  await fs.rm(path.join(photos, 'a', 'clear.png'));
  const jpeg = await sharp({ create: { width: 9, height: 9, channels: 3, background: '#123' } })
    .jpeg()
    .toBuffer();
  await fs.writeFile(path.join(photos, 'a', 'cut.jpg'), jpeg.subarray(0, -2));
  await t.throwsAsync(drawn(photos), { message: /`tolerant: true` uses it all the same/u });
  await drawn(photos, { views: page, tolerant: true });
  t.regex(await fs.readFile(page, 'utf8'), /repaired: /u);
});

test('the command line says what the sheet shows, and where it is', async (t) => {
  const photos = await photosOf(t, [2, 2]);
  const sheet = `${photos}.png`;
  const args = ['inspect', photos, '--views', sheet, '--count', '3', '--views-per-image', '4'];
  const { exitCode, stdout, stderr } = await runCommandLine(args);
  t.is(exitCode, 0, stderr);
  t.regex(stdout, /: 3 images, 4 views of each, by the augmentation `paper`\n/u);
  t.regex(stdout, /\bflipped +\d+ +\d+ % +50 %\n/u);
  t.regex(stdout, /jitter\.hue +0\.1\n/u);
  t.regex(stdout, /\nwrote .*photos\.png, [\d.]+ k?B\n\nnext:\n.*\n.* train /u);
  const json: unknown = JSON.parse((await runCommandLine([...args, '--json'])).stdout);
  t.like(json, { verb: 'inspect', kind: 'images', sheet: { format: 'png', images: 3, views: 4 } });
});

const refused = test.macro({
  title: (_, args: string) => `refuses ${args}`,
  async exec(t: ExecutionContext, args: string, message: RegExp) {
    const photos = await photosOf(t, [1, 1]);
    const words = args.split(' ').map((word) => word.replace('PHOTOS', photos));
    const { exitCode, stderr } = await runCommandLine(['inspect', ...words]);
    t.is(exitCode, 2, stderr);
    t.regex(stderr, message);
    t.deepEqual((await fs.readdir(photos)).sort(), ['a', 'b']);
  },
});

test(
  refused,
  'PHOTOS --views a.jpg',
  /`--views` to be the name of a file that ends in `\.html` or `\.png`/u,
);
test(refused, 'PHOTOS --views a.png --augmentation papre', /did you mean `paper`/u);
test(refused, 'PHOTOS --augmentation simclr', /`--augmentation` to be absent unless `--views`/u);
test(refused, 'PHOTOS --count 3', /`--count` to be absent unless `--views` names a file/u);
test(refused, 'PHOTOS --views a.png --rows 3', /`--rows` to be absent with `--views`/u);
test(refused, 'PHOTOS --views a.png --verify', /`--verify` to be absent with `--views`/u);
test(
  refused,
  'PHOTOS --views a.png --image-size 4000',
  /`--image-size` to be so small that the cells of `--count` images and their views have 64 million pixels at most, got `4000`/u,
);
test(
  refused,
  'PHOTOS --views a.png --count 40000',
  /`--image-size` to be so small that .* pixels at most, got the default, `32`/u,
);
test(
  refused,
  'PHOTOS --views PHOTOS/b/sheet.html',
  /`--views` to be outside of the images, got `.*sheet\.html` in .*listed with them\. Give a file beside it, such as `.*photos-views\.html`/u,
);
test(refused, 'synthetic:shapes?size=3 --views a.png', /in `PATH`: `synthetic:shapes\?size=3`/u);
