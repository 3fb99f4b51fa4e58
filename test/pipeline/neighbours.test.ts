import fs from 'node:fs/promises';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { neighbours } from '../../pipeline/neighbours.ts';
import { embed } from '../../pipeline/embed.ts';
import { runCommandLine } from '../helpers/command-line.ts';
import { writeImageTree } from '../helpers/image-tree.ts';
import { independentReaders } from '../helpers/independent-readers.ts';
import { writeColourModel } from '../helpers/onnx-models.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { notesOf } from '../helpers/told.ts';
import { unitRows } from '../helpers/unit-rows.ts';
import { vectorId, type VectorExport, writeVectorExport } from '../helpers/vector-export.ts';

const size = 4;
const classes = ['bird', 'cat'];

/** Rows in random directions, every fifth like the one before it; classes in turns, every seventh row without one. */
function given(key: string, count: number): VectorExport {
  const projection = unitRows(count, size, 'neighbours', key);
  for (let row = 4; row < count; row += 5) {
    projection.copyWithin(row * size, (row - 1) * size, row * size);
  }
  const labels = Array.from({ length: count }, (_, at) => (at % 7 === 6 ? -1 : at % 2));
  return { projection, size, labels, classes, datasetHash: key.padEnd(64, '0') };
}

interface Row {
  readonly query_id: string;
  readonly rank: number;
  readonly id: string;
  readonly similarity: number;
  readonly query_class: string | null;
  readonly class: string | null;
}

/** Every pair in float64, sorted; the sort is stable, so that the lowest position comes first. */
function plainRows(queries: VectorExport, support: VectorExport, top: number, own = false): Row[] {
  const classOf = ({ labels }: VectorExport, at: number) => classes[labels[at]!] ?? null;
  return queries.labels.flatMap((_, query) =>
    support.labels
      .map((_label, at) => {
        let similarity = 0;
        for (let d = 0; d < size; d += 1) {
          similarity += queries.projection[query * size + d]! * support.projection[at * size + d]!;
        }
        return { at, similarity };
      })
      .filter(({ at }) => !own || at !== query)
      .sort((a, b) => b.similarity - a.similarity)
      .slice(0, top)
      .map(({ at, similarity }, place) => ({
        query_id: vectorId(query),
        rank: place + 1,
        id: vectorId(at),
        similarity,
        query_class: classOf(queries, query),
        class: classOf(support, at),
      })),
  );
}

async function rowsIn(t: ExecutionContext, out: string): Promise<readonly unknown[]> {
  const bytes = await fs.readFile(path.join(out, 'neighbours.arrow'));
  const read = Object.values(independentReaders).map((reader) => reader(bytes, 'file'));
  for (const rows of read) t.deepEqual(rows, read[0]);
  return read[0]!;
}

test('neighbours are those of a plain loop, ties and copies by the lowest position, classes beside', async (t) => {
  const [queries, support] = [given('q', 23), given('s', 41)];
  const sets = {
    query: await writeVectorExport(t, queries),
    of: await writeVectorExport(t, support),
  };
  const out = path.join(await temporaryFolder(t), 'nearest');
  const found = await neighbours({ ...sets, out, top: 6 });
  t.deepEqual(await rowsIn(t, out), plainRows(queries, support, 6));
  t.like(found, { queries: 23, support: 41, neighbours: 6, leaveOneOut: false });
  const summary = JSON.parse(await fs.readFile(path.join(out, 'summary.json'), 'utf8')) as object;
  t.like(summary, { format: 'sincere-neighbours', queries: 23, support: 41, leaveOneOut: false });
  t.deepEqual((await fs.readdir(out)).sort(), ['neighbours.arrow', 'summary.json']);
});

test('one set on both sides is searched leave-one-out, unless each row may be its own neighbour', async (t) => {
  const support = given('s', 19);
  const of = await writeVectorExport(t, support);
  const out = path.join(await temporaryFolder(t), 'nearest');
  const { leaveOneOut } = await neighbours({ query: of, of, out, top: 3 });
  t.true(leaveOneOut);
  t.deepEqual(await rowsIn(t, out), plainRows(support, support, 3, true));
  await neighbours({ query: of, of, out, top: 3, withItself: true });
  t.deepEqual(await rowsIn(t, out), plainRows(support, support, 3));
});

test('queries are chosen by id, from the option or a file, and stay left out of their set', async (t) => {
  const support = given('s', 19);
  const of = await writeVectorExport(t, support);
  const out = path.join(await temporaryFolder(t), 'nearest');
  const expected = plainRows(support, support, 3, true).filter(({ query_id: id }) =>
    [vectorId(4), vectorId(17)].includes(id),
  );
  await neighbours({ query: of, of, out, top: 3, ids: [vectorId(17), vectorId(4)] });
  t.deepEqual(await rowsIn(t, out), expected);
  const list = path.join(await temporaryFolder(t), 'ids.txt');
  await fs.writeFile(list, `${vectorId(4)}\r\n${vectorId(17)}\n`);
  await neighbours({ query: of, of, out, top: 3, idsFrom: list });
  t.deepEqual(await rowsIn(t, out), expected);
  await t.throwsAsync(
    async () => await neighbours({ query: of, of, out, ids: ['nobody', vectorId(1)] }),
    { code: 'ERR_CONFIG', message: /has no row with 1 id of `ids`: `?nobody`?.*such as/u },
  );
  // The list is read before sets, which may be large: it is what is told of both.
  await fs.writeFile(list, '\n');
  const nowhere = { query: path.join(out, 'nowhere'), of: path.join(out, 'nowhere'), out };
  await t.throwsAsync(async () => await neighbours({ ...nowhere, idsFrom: list }), {
    code: 'ERR_CONFIG',
    message: /holds no id/u,
  });
  await t.throwsAsync(async () => await neighbours({ ...nowhere, idsFrom: `${list}.old` }), {
    code: 'ERR_READ',
  });
});

test('of fewer rows than were asked for there are fewer neighbours, which is told', async (t) => {
  const support = given('s', 3);
  const of = await writeVectorExport(t, support);
  const out = path.join(await temporaryFolder(t), 'nearest');
  const notes = await notesOf(neighbours({ query: of, of, out }));
  t.true(
    notes.some((text) => text.includes('2 neighbours')),
    notes.join('\n'),
  );
  t.deepEqual(await rowsIn(t, out), plainRows(support, support, 2, true));
  const alone = await writeVectorExport(t, given('one', 1));
  const { neighbours: places } = await neighbours({ query: alone, of: alone, out });
  t.is(places, 0);
  t.deepEqual(await rowsIn(t, out), []);
});

test('a search that was ended goes on to the same bytes; neither anew nor as another by accident', async (t) => {
  const [queries, support] = [given('q', 25_000), given('s', 60)];
  const sets = {
    query: await writeVectorExport(t, queries),
    of: await writeVectorExport(t, support),
    top: 4,
    memoryMb: 1,
  };
  const whole = path.join(await temporaryFolder(t), 'whole');
  await neighbours({ ...sets, out: whole, memoryMb: 64 });
  const out = path.join(await temporaryFolder(t), 'ended');
  const run = neighbours({ ...sets, out });
  run.output$.subscribe({
    next: (event) => {
      if (event.kind === 'progress' && event.label === 'search' && event.done > 8000) run.abort();
    },
    error: () => {},
  });
  await run.closed;
  t.true((await fs.readdir(path.join(out, 'unfinished'))).includes('part-000000.bin'));
  await t.throwsAsync(async () => await neighbours({ ...sets, out }), {
    message: /holds a search that was not finished\. Go on with it by `resume: true`/u,
  });
  await t.throwsAsync(async () => await neighbours({ ...sets, out, top: 5, resume: true }), {
    message: /holds a search of something else: `places`: 4 before, 5 now/u,
  });
  await neighbours({ ...sets, out, resume: true, memoryMb: 2 });
  for (const name of ['neighbours.arrow', 'summary.json']) {
    const [one, other] = [
      await fs.readFile(path.join(whole, name)),
      await fs.readFile(path.join(out, name)),
    ];
    t.deepEqual(one, other, name);
  }
  t.deepEqual((await fs.readdir(out)).sort(), ['neighbours.arrow', 'summary.json']);
});

test('an image, and a folder of images, are embedded by the model and searched for', async (t) => {
  const folder = await temporaryFolder(t);
  const model = await writeColourModel(folder);
  const photos = path.join(folder, 'photos');
  await writeImageTree(photos, [3, 3]);
  const of = path.join(folder, 'vectors');
  await embed({ data: photos, model, out: of, engine: 'onnx' });
  const out = path.join(folder, 'nearest');
  const rest = { model, of, out, layer: 'embedding', engine: 'onnx' } as const;
  const all = await neighbours({ ...rest, query: photos, top: 1 });
  t.is(all.queries, 6);
  const [someone] = all.first;
  const image = path.join(photos, someone!.queryId);
  const { first } = await neighbours({ ...rest, query: image, top: 2 });
  t.is(first[0]!.queryId, path.basename(image));
  t.is(first.length, 2);
  t.true(Math.abs(first[0]!.similarity - 1) < 1e-6);
});

test('the command line prints the nearest of the first queries, or JSON', async (t) => {
  const query = await writeVectorExport(t, given('q', 30));
  const of = await writeVectorExport(t, given('s', 41));
  const out = path.join(await temporaryFolder(t), 'nearest');
  const args = ['neighbours', query, '--of', of, '--top', '3', '--out', out];
  const ended = await runCommandLine(args);
  t.is(ended.exitCode, 0, ended.stderr);
  t.regex(ended.stdout, /the 3 nearest of 41 rows to each of 30 queries/u);
  t.regex(ended.stdout, /query +class +rank +nearest +class +similarity/u);
  t.regex(ended.stdout, /and 24 more: see neighbours\.arrow/u);
  const json = await runCommandLine([...args, '--json']);
  t.like(JSON.parse(json.stdout), { out, queries: 30, support: 41, neighbours: 3 });
});
