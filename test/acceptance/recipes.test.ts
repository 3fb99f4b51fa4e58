import fs from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { tableFromIPC } from 'apache-arrow';
import test from 'ava';
import { type EmbeddingsBlock, openEmbeddings } from '../../outputs/embeddings/read-embeddings.ts';
import { convert } from '../../pipeline/convert.ts';
import { duplicates } from '../../pipeline/duplicates.ts';
import { embed } from '../../pipeline/embed.ts';
import { evaluate } from '../../pipeline/evaluate.ts';
import { neighbours } from '../../pipeline/neighbours.ts';
import { train } from '../../pipeline/train.ts';
import { duckdbRows } from '../helpers/duckdb.ts';
import { tinyExport, tinyTraining } from '../helpers/pipeline-options.ts';
import { project } from '../helpers/project.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const root = fileURLToPath(project);

/** Blocks of one language in `outputs/README.md`. */
async function snippets(language: string): Promise<string[]> {
  const page = await fs.readFile(path.join(root, 'outputs', 'README.md'), 'utf8');
  return [...page.matchAll(/^```(\w+)\n(.*?)^```$/gmsu)]
    .filter(([, found]) => found === language)
    .map(([, , code = '']) => code);
}

interface Recipe {
  readonly counts: readonly { readonly label: string }[];
  readonly similarity?: number;
  readonly steps?: number;
  readonly nearest?: readonly { readonly id: string; readonly similarity: number }[];
  readonly accuracy?: readonly { readonly class: string; readonly accuracy: number }[];
}

test('the recipes of the documentation run as they stand, and agree with the export', async (t) => {
  const folder = path.join(await temporaryFolder(t), 'a');
  const data = 'synthetic:shapes?classes=3&count=12&size=8';
  const at = (name: string): string => path.join(folder, name);
  await train(tinyTraining({ data, out: folder, steps: 2 }));
  const exporting = tinyExport({ data, model: folder, out: at('test'), split: 'test' });
  await embed(exporting);
  const sets = { train: at('test'), test: at('test'), out: at('evaluation') };
  await evaluate({ ...sets, k: [1], threads: 1 });
  for (const [source, out] of [
    ['test', 'test.parquet'],
    ['evaluation/neighbours.arrow', 'neighbours.parquet'],
  ] as const) {
    await convert({ source: at(source), to: 'parquet', out: at(out) });
  }

  // What the recipes must find.
  const reader = await openEmbeddings(at('test'));
  // To its end, which closes the file.
  const blocks: EmbeddingsBlock[] = [];
  for await (const block of reader.blocks()) blocks.push(block);
  t.is(blocks.length, 1);
  const { ids, labels, projection } = blocks[0]!;
  const similarityTo = (row: number): number =>
    projection!.subarray(0, 128).reduce((sum, x, d) => sum + x * projection![row * 128 + d]!, 0);
  const expected = ids
    .map((id, row) => ({ id, similarity: similarityTo(row) }))
    .slice(1)
    .sort((a, b) => b.similarity - a.similarity)
    .slice(0, 3);
  const isNearest = (found: readonly Record<string, unknown>[]): void => {
    t.is(found.length, 3);
    for (const [rank, { id, similarity }] of found.entries()) {
      t.is(id, expected[rank]!.id);
      t.true(Math.abs(Number(similarity) - expected[rank]!.similarity) < 1e-5);
    }
  };
  const counts = reader.classes.map((label, place) => ({
    label,
    n: labels.filter((one) => one === place).length,
  }));

  const scripts = await snippets('js');
  t.is(scripts.length, 2);
  for (const [number, script] of scripts.entries()) {
    // Beside the tests, so that its imports are found there.
    const file = path.join(root, 'test', 'fixtures', `.recipe-${process.pid}-${number}.mjs`);
    t.teardown(() => fs.rm(file, { force: true }));
    const code = script.replaceAll('runs/a/', `${folder}/`).replace('result(', 'export default (');
    await fs.writeFile(file, code);
    const { default: found } = (await import(pathToFileURL(file).href)) as { default: Recipe };
    t.deepEqual(
      found.counts
        .map(({ label, ...rest }) => ({ label, n: Number(Object.values(rest)[0]) }))
        .sort((a, b) => (a.label < b.label ? -1 : 1)),
      counts,
    );
    if (found.similarity !== undefined) {
      t.true(Math.abs(found.similarity - similarityTo(1)) < 1e-5);
      t.is(found.steps, 2);
    }
    if (found.nearest !== undefined) isNearest(found.nearest);
    if (found.accuracy !== undefined) {
      t.deepEqual(found.accuracy.map((row) => row.class).sort(), [...reader.classes]);
    }
  }

  const queries = await snippets('sql');
  // The last one is run on a run with wrong labels (`run-suspects.test.ts`).
  t.is(queries.length, 6);
  const [byClass = [], nearest = [], ofAll = [], alike = [], joined = []] = await Promise.all(
    queries.slice(0, 5).map((query) => duckdbRows(query.replaceAll('runs/a/', `${folder}/`))),
  );
  t.deepEqual(byClass, counts);
  t.is(ids[0], ids.toSorted()[0]);
  isNearest(nearest);
  const vectors = at('test');
  await neighbours({ query: vectors, of: vectors, out: at('nearest'), top: 2, threads: 1 });
  const table = tableFromIPC(await fs.readFile(path.join(at('nearest'), 'neighbours.arrow')));
  const ours = Array.from(table, (row) => [row['query_id'], row['rank'], row['similarity']]);
  t.is(ofAll.length, ours.length);
  for (const [row, [id, rank, similarity]] of ours.entries()) {
    t.like(ofAll[row], { query_id: id, rank });
    t.true(Math.abs(Number(ofAll[row]!['similarity']) - Number(similarity)) < 1e-5);
  }
  const asked = { set: vectors, out: at('copies'), threshold: 0.8, threads: 1 };
  const { duplicates: copies } = await duplicates(asked);
  t.true(copies.pairs > 0);
  const pairs = Array.from({ length: copies.pairs }, (_, place) => copies.pair(place));
  t.deepEqual(
    alike.map((row) => `${String(row['id'])} ${String(row['other_id'])}`).sort(),
    pairs.map(({ image, other }) => [image.id, other.id].sort().join(' ')).sort(),
  );
  t.is(joined.length, ids.length);
  for (const row of joined) t.not(row['other_label'], row['class']);
});
