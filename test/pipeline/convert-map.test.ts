import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { nearestNeighbours } from '../../operators/evaluation/neighbours/nearest-neighbours.ts';
import { convert } from '../../pipeline/convert.ts';
import { runCommandLine } from '../helpers/command-line.ts';
import { duckdbRows } from '../helpers/duckdb.ts';
import { writeImageTree } from '../helpers/image-tree.ts';
import { vectorSet } from '../helpers/lcg-vectors.ts';
import { hasPython, python } from '../helpers/python.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { near } from '../helpers/tensors.ts';
import { notesOf } from '../helpers/told.ts';
import { unitRows } from '../helpers/unit-rows.ts';
import { writeVectorExport } from '../helpers/vector-export.ts';

const count = 40;
const labels = Array.from({ length: count }, (_, at) => (at === 7 ? -1 : at % 2));
const ids = labels.map(
  (_, at) => `${at % 2 === 0 ? 'a' : 'b'}/${String(at >> 1).padStart(3, '0')}.png`,
);
const projection = unitRows(count, 6, 'map');
const vectors = { projection, size: 6, labels, classes: ['a', 'b'], ids };

/** Images of two classes, one of which is gone, and an export of them. */
async function exported(t: ExecutionContext) {
  const photos = path.join(await temporaryFolder(t), 'photos');
  await writeImageTree(photos, [count / 2, count / 2]);
  await fs.rm(path.join(photos, ids[3]!));
  const source = await writeVectorExport(t, { ...vectors, name: photos });
  return { photos, source, out: path.join(path.dirname(source), 'map.parquet') };
}

interface MapRow {
  readonly id: string;
  readonly label: string | null;
  readonly x: number;
  readonly y: number;
  readonly image: string | null;
  readonly neighbors: { readonly ids: readonly string[]; readonly distances: readonly number[] };
}

async function rowsOf(file: string): Promise<readonly MapRow[]> {
  return (await duckdbRows(`SELECT * FROM '${file}'`)) as unknown as readonly MapRow[];
}

test('a map in Parquet has places, exact neighbours by row, and thumbnails', async (t) => {
  const { source, out } = await exported(t);
  const notes = await notesOf(convert({ source, to: 'parquet', map: 'pca', out }));
  t.regex(notes.join('\n'), /1 image has no thumbnail, such as .*001\.png/u);
  const rows = await rowsOf(out);
  t.deepEqual(
    rows.map(({ id }) => id),
    ids,
  );
  t.deepEqual(
    rows.map(({ label }) => label),
    labels.map((label) => ['a', 'b'][label] ?? null),
  );
  t.true(rows.every(({ x, y }) => Number.isFinite(x) && Number.isFinite(y)));
  const set = vectorSet({ rows: projection, labels: Int32Array.from(labels) }, ['a', 'b']);
  const { nearest } = await nearestNeighbours(set, set, {
    k: 15,
    sameAndOther: 0,
    leaveOneOut: true,
    threads: 0,
  });
  for (const [at, { neighbors }] of rows.entries()) {
    const [from, to] = [15 * at, 15 * (at + 1)];
    t.deepEqual(neighbors.ids.map(Number), Array.from(nearest.positions.subarray(from, to)));
    const distances = Array.from(nearest.similarities.subarray(from, to), (value) => 1 - value);
    near(t, neighbors.distances, distances, 1e-12, 'distances');
  }
  t.is(rows[3]!.image, null);
  const [head, data = ''] = rows[0]!.image!.split(',');
  t.is(head, 'data:image/jpeg;base64');
  t.is(Buffer.from(data, 'base64').readUInt16BE(0), 0xffd8);
});

test('the same export gives the same map, byte for byte, by UMAP as well', async (t) => {
  const { source, out } = await exported(t);
  const again = `${out}-2.parquet`;
  for (const map of ['pca', 'umap'] as const) {
    await notesOf(convert({ source, to: 'parquet', map, out }));
    await notesOf(convert({ source, to: 'parquet', map, out: again }));
    t.true((await fs.readFile(out)).equals(await fs.readFile(again)), map);
  }
});

test('without images there is a map without thumbnails, which is told', async (t) => {
  const source = await writeVectorExport(t, vectors);
  const out = path.join(path.dirname(source), 'map.parquet');
  const notes = await notesOf(convert({ source, to: 'parquet', map: 'pca', out }));
  t.true(notes.length > 0);
  t.false('image' in (await rowsOf(out))[0]!);
});

test('a map leads to Embedding Atlas, and is told as one and not as vectors', async (t) => {
  const { source, out } = await exported(t);
  const map = [source, '--to', 'parquet', '--map', 'pca', '--out', out];
  const atlas = `embedding-atlas ${out} --x x --y y --neighbors neighbors`;
  const converted = await runCommandLine(['convert', ...map]);
  t.is(converted.exitCode, 0, converted.stderr);
  t.true(converted.stdout.endsWith(`\n    ${atlas} --image image\n`), converted.stdout);
  const { stdout } = await runCommandLine(['inspect', out]);
  t.regex(
    stdout,
    /: Parquet file with a map: .*\n\nformat +parquet\nrows +\d+\nthumbnails +yes\n/u,
  );
  t.notRegex(stdout, /evaluate/u);
  t.true(stdout.endsWith(`\n    ${atlas} --image image\n`), stdout);
  const plain = await writeVectorExport(t, vectors);
  const without = await runCommandLine(['convert', plain, ...map.slice(1)]);
  t.true(without.stdout.endsWith(`\n    ${atlas}\n`), without.stdout);
});

test('a map is of Parquet and of exports', async (t) => {
  const { source, out } = await exported(t);
  const csv = await runCommandLine([
    'convert',
    source,
    '--to',
    'csv',
    '--map',
    'pca',
    '--out',
    `${out}.csv`,
  ]);
  t.is(csv.exitCode, 2);
  t.regex(csv.stderr, /--map.*absent unless.*parquet/u);
  const part = path.join(source, 'part-00000.arrow');
  const file = await runCommandLine([
    'convert',
    part,
    '--to',
    'parquet',
    '--map',
    'pca',
    '--out',
    out,
  ]);
  t.not(file.exitCode, 0);
  t.regex(file.stderr, /embed/u);
});

async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as net.AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

test('Embedding Atlas opens it without computing', async (t) => {
  if (!(await hasPython(t, 'embedding_atlas'))) return;
  const { source, out } = await exported(t);
  await notesOf(convert({ source, to: 'parquet', map: 'pca', out }));
  const port = await freePort();
  const columns = ['--x', 'x', '--y', 'y', '--neighbors', 'neighbors', '--image', 'image'];
  const args = ['-m', 'embedding_atlas.cli', out, ...columns];
  const listen = ['--host', '127.0.0.1', '--port', String(port), '--no-auto-port'];
  const child = spawn(python, [...args, ...listen], { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = once(child, 'exit');
  t.teardown(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  const said: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => said.push(text));
  }
  const address = `http://127.0.0.1:${port}/data/metadata.json`;
  const metadata = await answered(address, child, said);
  const props = JSON.stringify(metadata);
  for (const column of ['x', 'y', 'neighbors']) t.true(props.includes(`"${column}"`), props);
  // From our neighbours it ranks the rows; vectors and places it takes as they are.
  t.false(/umap|Computing (?!PageRank)|Loading model/iu.test(said.join('')), said.join(''));
});

/** What an address answers, as soon as there is somebody to. @throws When the program has ended before. */
async function answered(
  address: string,
  child: ReturnType<typeof spawn>,
  said: readonly string[],
): Promise<unknown> {
  for (;;) {
    const answer = await fetch(address).catch(() => undefined);
    if (answer?.ok === true) return await answer.json();
    if (child.exitCode !== null) throw new Error(`It has ended: ${said.join('')}`);
    await new Promise((done) => setTimeout(done, 100));
  }
}
