import fs from 'node:fs/promises';
import path from 'node:path';
import type { ExecutionContext } from 'ava';
import test from 'ava';
import { sharp } from '../../operators/image/sharp-setup.ts';
import { seededRandom } from '../../operators/random.ts';
import { drift } from '../../pipeline/drift.ts';
import { duplicates } from '../../pipeline/duplicates.ts';
import { evaluate } from '../../pipeline/evaluate.ts';
import { neighbours } from '../../pipeline/neighbours.ts';
import { report } from '../../pipeline/report.ts';
import { select } from '../../pipeline/select.ts';
import { suspects } from '../../pipeline/suspects.ts';
import { browserTest, openPage } from '../helpers/browser.ts';
import { writeImageTree } from '../helpers/image-tree.ts';
import { writeMadeTransfer } from '../helpers/report-files.ts';
import { allElements, type PageElement, parsedPage } from '../helpers/sheets.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { notesOf } from '../helpers/told.ts';
import { writeVectorExport } from '../helpers/vector-export.ts';
import { lookAtReport } from '../helpers/whole-report.ts';

const classes = ['a', '<script>alert(1)</script>'];
/** Images of each class; those of the test set are among those of the training set. */
const perClass = { train: [9, 9], test: [7, 8] } as const;
const dim = 6;

/** Vectors around the axis of a class; the last of each class lies among the other one. */
function vectorsOf(split: 'train' | 'test'): Float32Array {
  const rows = perClass[split].flatMap((count, label) =>
    Array.from({ length: count }, (_, at) => {
      const random = seededRandom('report images', split, label, at);
      const row = Array.from({ length: dim }, () => random.normal() / 8);
      row[at === count - 1 ? 1 - label : label]! += 1;
      const length = Math.hypot(...row);
      return row.map((value) => value / length);
    }),
  );
  return Float32Array.from(rows.flat());
}

/** Images and results of every kind that shows them, below one folder. */
async function results(t: ExecutionContext) {
  const root = await temporaryFolder(t);
  const photos = path.join(root, 'photos');
  const out = path.join(root, 'results');
  await fs.mkdir(out);
  const at = (name: string): string => path.join(out, name);
  for (const split of ['train', 'test'] as const) {
    const images = path.join(photos, split);
    await writeImageTree(images, perClass[split]);
    const ids = perClass[split].flatMap((count, label) =>
      Array.from(
        { length: count },
        (_, number) => `${'ab'[label]}/${String(number).padStart(3, '0')}.png`,
      ),
    );
    const files = await Promise.all(ids.map((id) => fs.readFile(path.join(images, id))));
    const labels = perClass[split].flatMap((count, label) =>
      Array.from({ length: count }, () => label),
    );
    const projection = vectorsOf(split);
    const datasetHash = split.padEnd(64, '0');
    const set = { projection, size: dim, labels, classes, ids, files, name: images, datasetHash };
    await fs.rename(await writeVectorExport(t, set), at(split));
  }
  const sides = { train: at('train'), test: at('test') };
  await evaluate({ ...sides, out: at('evaluation'), k: [1, 3], bootstrap: 0, threads: 1 });
  await suspects({ set: at('train'), out: at('suspects'), k: 3, threads: 1 });
  const leaks = { set: at('train'), other: at('test'), out: at('leaks') };
  await duplicates({ ...leaks, threshold: 0.9, threads: 1 });
  const search = { query: at('test'), of: at('train'), out: at('nearest') };
  await neighbours({ ...search, top: 2, threads: 1 });
  await select({ set: at('train'), count: 5, out: at('selection'), threads: 1 });
  const both = { old: at('train'), new: at('test'), out: at('drift') };
  await drift({ ...both, permutations: 9, threads: 1 });
  return { photos, out, page: path.join(root, 'report.html') };
}

const sections = ['mistakes', 'suspects', 'duplicates', 'neighbours', 'selection', 'drift'];

/** Those whose images are all of one set. */
const ofOneSet: ReadonlySet<string> = new Set(['suspects', 'selection']);

const thumbnailsIn = (section: PageElement): readonly string[] =>
  allElements(section).flatMap(({ name, attributes }) =>
    name === 'use' ? [attributes['href']!] : [],
  );

async function sectionsOf(page: string): Promise<ReadonlyMap<string, PageElement>> {
  const elements = allElements(await parsedPage(await fs.readFile(page, 'utf8')));
  const found = elements.filter(({ name }) => name === 'section');
  return new Map(found.map((one) => [one.attributes['id']!, one]));
}

test('a report shows images beside their neighbours, suspects, duplicates, and what other verbs found; a moved folder costs the thumbnails alone', async (t) => {
  const { photos, out, page } = await results(t);
  t.deepEqual(await notesOf(report({ results: [out], out: page })), []);
  const bytes = await fs.readFile(page);
  const shown = await sectionsOf(page);
  for (const name of sections) {
    const used = thumbnailsIn(shown.get(name)!);
    t.true(used.length >= 4, name);
    const pictures = allElements(shown.get(name)!).filter((one) => one.name === 'image');
    t.deepEqual(new Set(used), new Set(pictures.map(({ attributes }) => `#${attributes['id']}`)));
    t.is(pictures.length, ofOneSet.has(name) ? 1 : 2);
  }
  const text = (section: PageElement): string =>
    allElements(section)
      .map((one) => one.text)
      .join('|');
  t.regex(text(shown.get('mistakes')!), /<script>alert\(1\)<\/script>/u);
  await report({ results: [out], out: page });
  t.deepEqual(await fs.readFile(page), bytes);

  const moved = path.join(path.dirname(photos), 'moved');
  await fs.rename(photos, moved);
  const notes = await notesOf(report({ results: [out], out: page }));
  t.is(notes.length, 2);
  for (const note of notes) t.regex(note, /^No thumbnails: .*no longer at.*with `images`$/u);
  const bare = await sectionsOf(page);
  for (const name of sections) {
    t.deepEqual(thumbnailsIn(bare.get(name)!), []);
    const idsIn = (section: PageElement) =>
      allElements(section).flatMap((one) => (one.name === 'code' ? [one.text] : []));
    t.deepEqual(idsIn(bare.get(name)!), idsIn(shown.get(name)!));
  }
});

test('images that were moved are found where the user says, and others are told', async (t) => {
  const { photos, out, page } = await results(t);
  const moved = path.join(path.dirname(photos), 'moved');
  await fs.rename(photos, moved);
  await fs.copyFile(path.join(moved, 'test/a/000.png'), path.join(moved, 'test/a/006.png'));
  const images = path.join(moved, 'test');
  const notes = await notesOf(report({ results: [out], out: page, images: [images] }));
  t.true(
    notes.some((note) => /1 image has other bytes in .*`a\/006\.png`/u.test(note)),
    notes.join('\n'),
  );
  t.true(thumbnailsIn((await sectionsOf(page)).get('mistakes')!).length > 0);
  const missing = path.join(moved, 'none');
  await t.throwsAsync(notesOf(report({ results: [out], out: page, images: [missing] })), {
    code: 'ERR_DATASET',
  });
});

test('a result alone finds the images of the exports that it names, while they are the same', async (t) => {
  const { out, page } = await results(t);
  const names = { nearest: 'neighbours', leaks: 'duplicates', selection: 'selection' };
  const used = async (folder: string, section: string): Promise<number> => {
    await report({ results: [path.join(out, folder)], out: page });
    return thumbnailsIn((await sectionsOf(page)).get(section)!).length;
  };
  for (const [folder, section] of Object.entries(names)) {
    t.true((await used(folder, section)) >= 4, section);
  }
  // Something else is in the place of what was searched.
  await fs.rm(path.join(out, 'train'), { recursive: true });
  await fs.cp(path.join(out, 'test'), path.join(out, 'train'), { recursive: true });
  t.is(await used('selection', 'selection'), 0);
  const queries = perClass.test[0] + perClass.test[1];
  t.is(await used('nearest', 'neighbours'), Math.min(queries, 10));
  await fs.writeFile(path.join(out, 'test', 'manifest.json'), '{');
  t.is(await used('nearest', 'neighbours'), 0);
});

browserTest('thumbnails are drawn without scripts and requests, at every width', async (t) => {
  const { out, page } = await results(t);
  await writeMadeTransfer(path.join(out, 'transfer'));
  await report({ results: [out], out: page });
  t.true((await sectionsOf(page)).has('transfer'));
  await lookAtReport(t, page, { maps: 1 });
  for (const width of [360, 1440]) {
    const opened = await openPage(t, page, { width, scripts: false });
    const first = opened.page.locator('svg.thumbnail').first();
    const { channels } = await sharp(await first.screenshot()).stats();
    // Noise around a colour, not the plain background of a cell without an image.
    t.true(
      channels.slice(0, 3).every(({ stdev }) => stdev > 5),
      `${width}`,
    );
  }
});
