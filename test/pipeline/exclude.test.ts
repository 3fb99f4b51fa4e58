import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { openEmbeddings } from '../../outputs/embeddings/read-embeddings.ts';
import { drift } from '../../pipeline/drift.ts';
import { duplicates } from '../../pipeline/duplicates.ts';
import { embed } from '../../pipeline/embed.ts';
import { evaluate } from '../../pipeline/evaluate.ts';
import { loss } from '../../pipeline/loss.ts';
import { neighbours } from '../../pipeline/neighbours.ts';
import { select } from '../../pipeline/select.ts';
import { suspects } from '../../pipeline/suspects.ts';
import { train } from '../../pipeline/train.ts';
import { tinyExport, tinyTraining } from '../helpers/pipeline-options.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { notesOf } from '../helpers/told.ts';
import { unitRows } from '../helpers/unit-rows.ts';
import { vectorId, writeVectorExport } from '../helpers/vector-export.ts';

const [count, size] = [24, 4];
const classes = ['ant', 'bee'];
const quick = { engine: 'cpu', threads: 1, bootstrap: 0 } as const;

/** Rows of a set, all or those at some positions. */
function rowsOf(seed: string, kept: readonly number[] = [...Array(count).keys()]) {
  const all = unitRows(count, size, seed);
  return {
    projection: Float32Array.from(
      kept.flatMap((row) => [...all.subarray(row * size, (row + 1) * size)]),
    ),
    size,
    labels: kept.map((row) => row % 2),
    classes,
    ids: kept.map(vectorId),
    datasetHash: seed.padEnd(64, '0'),
  };
}

/** A table of ids as a person may have it. */
async function listed(folder: string, ids: readonly string[]): Promise<string> {
  const file = path.join(folder, 'drop.csv');
  await fs.writeFile(file, ['image,why', ...ids.map((id) => `${id},blurred`), ''].join('\n'));
  return file;
}

async function exportedIds(folder: string): Promise<readonly string[]> {
  const ids: string[] = [];
  for await (const block of (await openEmbeddings(folder)).blocks()) ids.push(...block.ids);
  return ids;
}

test('evaluate leaves listed test images out: as if they had not been exported', async (t) => {
  const folder = await temporaryFolder(t);
  const kept = [...Array(count).keys()].filter((row) => row !== 5 && row !== 8);
  const file = await listed(folder, [vectorId(5), vectorId(8), 'elsewhere.jpg']);
  const [of, whole, rest] = await Promise.all([
    writeVectorExport(t, rowsOf('train')),
    writeVectorExport(t, rowsOf('test')),
    writeVectorExport(t, rowsOf('test', kept)),
  ]);
  const out = (name: string): string => path.join(folder, name);
  const asked = { train: of, test: whole, exclude: `${file}?id=image`, out: out('one'), ...quick };
  const run = evaluate(asked);
  const notes = await notesOf(run);
  t.true(
    notes.includes(
      `\`exclude\` leaves out 2 of 24 rows of \`${whole}\`; 1 id that it lists are not there`,
    ),
    notes.join('\n'),
  );
  const { evaluation } = await evaluate({ train: of, test: rest, out: out('two'), ...quick });
  const table = async (name: string): Promise<Buffer> =>
    await fs.readFile(path.join(out(name), 'evaluation.arrow'));
  t.deepEqual(await table('one'), await table('two'));
  const summary = JSON.parse(await fs.readFile(path.join(out('one'), 'summary.json'), 'utf8')) as {
    testHash: string;
    trainHash: string;
    exclude: string;
  };
  t.is(summary.exclude, asked.exclude);
  t.is(summary.trainHash, 'train'.padEnd(64, '0'));
  t.not(summary.testHash, 'test'.padEnd(64, '0'));
  t.true(evaluation.rows.length > 0);
});

test('what duplicates drops within a set is left out of both sides of it', async (t) => {
  const folder = await temporaryFolder(t);
  const rows = rowsOf('one');
  rows.projection.copyWithin(3 * size, size, 2 * size);
  const set = await writeVectorExport(t, rows);
  const { duplicates: found } = await duplicates({ set, out: folder, threshold: 0.9999 });
  t.is(found.drops, 1);
  const sets = { train: set, test: set, exclude: path.join(folder, 'drop.arrow') };
  const { evaluation } = await evaluate({ ...sets, out: path.join(folder, 'e'), ...quick });
  t.is(evaluation.scored, count - 1);
  const { sameId, otherId } = evaluation.neighbours.rows(0, count);
  t.false([...sameId, ...otherId].includes(vectorId(3)));
});

test('a list of other images, or of all of them, is refused', async (t) => {
  const folder = await temporaryFolder(t);
  const set = await writeVectorExport(t, rowsOf('one'));
  const sets = { train: set, test: set, out: path.join(folder, 'e'), ...quick };
  const others = `${await listed(folder, ['elsewhere.jpg'])}?id=image`;
  await t.throwsAsync(async () => await evaluate({ ...sets, exclude: others }), {
    code: 'ERR_CONFIG',
    message: /^No id of .* is among those of `exclude`, such as `elsewhere\.jpg`/u,
  });
  const all = `${await listed(folder, rowsOf('one').ids)}?id=image`;
  await t.throwsAsync(async () => await evaluate({ ...sets, exclude: all }), {
    message: /lists every id/u,
  });
});

test('images are embedded and trained on without what duplicates drops', async (t) => {
  const folder = await temporaryFolder(t);
  const at = (name: string): string => path.join(folder, name);
  const data = 'synthetic:shapes?classes=3&count=12&size=8';
  await train(tinyTraining({ data, out: at('run'), steps: 0 }));
  const whole = await embed(tinyExport({ data, model: at('run'), out: at('all') }));
  const searched = { set: at('all'), out: at('copies') };
  // The most similar pair, and none but it.
  const near = await duplicates({ ...searched, threshold: 0.6 });
  const { similarity: threshold } = near.duplicates.pair(0);
  const { duplicates: found } = await duplicates({ ...searched, threshold });
  t.true(found.drops > 0 && found.drops < whole.rows);
  const exclude = path.join(at('copies'), 'drop.arrow');
  const some = await embed(tinyExport({ data, model: at('run'), out: at('some'), exclude }));
  t.is(some.rows, whole.rows - found.drops);
  const dropped = new Set(
    Array.from({ length: found.groups }, (_, group) => found.group(group)).flatMap(
      ({ members, drops }) => members.filter((_, place) => drops[place]).map(({ id }) => id),
    ),
  );
  t.deepEqual(
    await exportedIds(at('some')),
    (await exportedIds(at('all'))).filter((id) => !dropped.has(id)),
  );
  const notes = await notesOf(train(tinyTraining({ data, out: at('again'), steps: 1, exclude })));
  t.true(notes.includes(`\`exclude\` lists ids of \`${at('all')}\``), notes.join('\n'));
  t.true(notes.some((text) => text.startsWith(`\`exclude\` leaves out ${found.drops} of`)));
});

test('every verb of sets leaves listed rows out, says it once, and finds what the rest has', async (t) => {
  const folder = await temporaryFolder(t);
  const kept = [...Array(count).keys()].filter((row) => row !== 5 && row !== 8);
  const exclude = `${await listed(folder, [vectorId(5), vectorId(8)])}?id=image`;
  const [set, rest, other] = await Promise.all([
    writeVectorExport(t, rowsOf('test')),
    writeVectorExport(t, rowsOf('test', kept)),
    writeVectorExport(t, rowsOf('train')),
  ]);
  const out = (name: string): string => path.join(folder, name);
  const verbs = {
    'pairs.arrow': (of: string, at: string, asked: object) =>
      duplicates({ set: other, other: of, out: at, threshold: 0.5, ...asked }),
    'groups.arrow': (of: string, at: string, asked: object) =>
      duplicates({ set: of, out: at, threshold: 0.5, ...asked }),
    'suspects.arrow': (of: string, at: string, asked: object) =>
      suspects({ set: of, of: other, out: at, k: 3, ...asked }),
    'selection.arrow': (of: string, at: string, asked: object) =>
      select({ set: of, out: at, count: 9, ...asked }),
    'drift.arrow': (of: string, at: string, asked: object) =>
      drift({ old: other, new: of, out: at, permutations: 9, ...asked }),
    'neighbours.arrow': (of: string, at: string, asked: object) =>
      neighbours({ query: other, of, out: at, top: 3, ...asked }),
  };
  for (const [file, verb] of Object.entries(verbs)) {
    const notes = await notesOf(verb(set, out(`${file}-some`), { exclude }));
    const left = notes.filter((text) => text.startsWith('`exclude` leaves out 2 of 24 rows'));
    t.is(left.length, 1, `${file}: ${notes.join('; ')}`);
    await verb(rest, out(`${file}-rest`), {});
    const names = file === 'pairs.arrow' || file === 'groups.arrow' ? ['summary.json'] : [file];
    for (const name of names) {
      const [some, all] = await Promise.all(
        ['some', 'rest'].map((one) => fs.readFile(path.join(out(`${file}-${one}`), name))),
      );
      if (name === file) t.deepEqual(some, all, name);
      else {
        const [a, b] = [some, all].map((one) => JSON.parse(String(one)) as Record<string, unknown>);
        t.deepEqual([a!['pairs'], a!['ladder']], [b!['pairs'], b!['ladder']]);
      }
    }
    const summary = await fs.readFile(path.join(out(`${file}-some`), 'summary.json'), 'utf8');
    t.is(summary.match(/"excluded": ?2/gu)?.length, 1, file);
  }
  const some = await loss({ embeddings: set, exclude, engine: 'cpu', threads: 1 });
  const all = await loss({ embeddings: rest, engine: 'cpu', threads: 1 });
  t.deepEqual([some.rows, some.excluded, some.value], [22, 2, all.value]);
  t.is(all.excluded, 0);
});
