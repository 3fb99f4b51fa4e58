import test from 'ava';
import { openMaterial } from '../../../outputs/report/material/open-material.ts';
import { mapSection } from '../../../outputs/report/sections/map.ts';
import { unitRows } from '../../helpers/unit-rows.ts';
import { writeVectorExport } from '../../helpers/vector-export.ts';

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
