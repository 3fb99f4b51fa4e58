import test from 'ava';
import { mapThumbnails } from '../../../outputs/report/examples/map-thumbnails.ts';
import { openMaterial } from '../../../outputs/report/material/open-material.ts';
import { mapSection } from '../../../outputs/report/sections/map.ts';
import { coloured } from '../../helpers/coloured-images.ts';
import { unitRows } from '../../helpers/unit-rows.ts';
import { vectorId, writeVectorExport } from '../../helpers/vector-export.ts';

const labels = Array.from({ length: 60 }, (_, at) => at % 3);

test('an export is a map, which says its projection, seed, layer and trustworthiness', async (t) => {
  const classes = ['a', 'b', '<script>alert(1)</script>'];
  const projection = unitRows(60, 5, 'section');
  const source = await writeVectorExport(t, { projection, size: 5, labels, classes });
  const material = await openMaterial([source]);
  const notes: string[] = [];
  const note = (text: string): void => void notes.push(text);
  const pca = (await mapSection.draw(material, { note }))!.body.html;
  t.regex(pca, /the plane holds .*of the variance.*Trustworthiness.*<code>projection<\/code>/u);
  t.false(pca.includes('<script>alert'));
  const umap = (await mapSection.draw(material, { note, map: 'umap' }))!.body.html;
  t.regex(umap, /UMAP from the 14 exact nearest neighbours of each image, seed 0/u);
  t.is((await mapSection.draw(material, { note, map: 'umap' }))!.body.html, umap);
  t.deepEqual(notes, []);
});

test('the map of few or of equal vectors says no more than there is', async (t) => {
  const note = (): void => {};
  const captionOf = async (rows: number, map: 'pca' | 'umap', isEqual = false): Promise<string> => {
    const projection = unitRows(rows, 5, 'few');
    if (isEqual) for (let row = 1; row < rows; row += 1) projection.copyWithin(row * 5, 0, 5);
    const source = await writeVectorExport(t, {
      projection,
      size: 5,
      labels: labels.slice(0, rows),
      classes: ['a', 'b', 'c'],
    });
    return (await mapSection.draw(await openMaterial([source]), { note, map }))!.body.html;
  };
  t.regex(await captionOf(1, 'umap'), /One image, which has no neighbours\./u);
  t.regex(await captionOf(2, 'umap'), /UMAP from the 1 exact nearest neighbour of each image/u);
  t.regex(await captionOf(15, 'umap'), /UMAP from the 14 exact nearest neighbours/u);
  for (const rows of [1, 5]) {
    const html = await captionOf(rows, 'pca', true);
    t.regex(html, /All vectors are the same: there is no variance to show\./u);
    t.notRegex(html, /the plane holds/u);
  }
});

test('images without a class are on the map as such, and without an export there is no map', async (t) => {
  const projection = unitRows(60, 5, 'section');
  const embedding = projection.slice();
  const source = await writeVectorExport(t, {
    projection,
    embedding,
    size: 5,
    labels: labels.map((label, at) => (at === 0 ? -1 : label)),
    classes: ['a', 'b', 'c'],
  });
  const material = await openMaterial([source]);
  const { body } = (await mapSection.draw(material, { note: () => {} }))!;
  t.true(body.html.includes('without a class'));
  t.is(await mapSection.draw({ ...material, exports: [] }, { note: () => {} }), undefined);
});

const classes = ['a', 'b', 'c'];

test('maps of one set share its thumbnails; of the images of a large set some are drawn', async (t) => {
  const projection = unitRows(60, 5, 'section');
  const sources = [
    await writeVectorExport(t, { projection, size: 5, labels, classes }),
    await writeVectorExport(t, { projection, size: 5, labels, classes }),
  ];
  const material = await openMaterial(sources);
  const asked: string[] = [];
  const all = coloured(Object.fromEntries(labels.map((_, at) => [vectorId(at), [9, 9, 9]])));
  const images = { of: async (hash: string) => (asked.push(hash), all) };
  const { body } = (await mapSection.draw(material, { note: () => {}, images }))!;
  t.deepEqual(asked, ['d'.repeat(64)]);
  t.is(body.html.match(/<img /gu)?.length, 1);
  const thumbnails = mapThumbnails({ note: () => {}, images }, { most: 20, seed: 0 });
  const ids = labels.map((_, at) => vectorId(at));
  const some = (await thumbnails.of('d'.repeat(64), ids))!;
  t.is(some.cells.filter((cell) => cell >= 0).length, 20);
  t.deepEqual(
    [...some.cells].filter((cell) => cell >= 0),
    Array.from({ length: 20 }, (_, cell) => cell),
  );
  t.is((await thumbnails.of('d'.repeat(64), [...ids, 'another']))!.cells.at(-1), -1);
});

test('images that cannot be read have a grey thumbnail, which a note tells; sets without images none', async (t) => {
  const projection = unitRows(60, 5, 'section');
  const material = await openMaterial([
    await writeVectorExport(t, { projection, size: 5, labels, classes }),
  ]);
  const notes: string[] = [];
  const note = (text: string): void => void notes.push(text);
  const images = { of: async () => coloured({ [vectorId(3)]: [9, 9, 9] }) };
  t.true((await mapSection.draw(material, { note, images }))!.body.html.includes('<img '));
  t.regex(notes.join(';'), /^59 images have no thumbnail but a grey cell/u);
  const none = { of: async () => undefined };
  t.false((await mapSection.draw(material, { note, images: none }))!.body.html.includes('<img '));
});
