/**
 * Layouts of an export beside `umap-learn`:
 * `npx tsx test/bench/map.ts EXPORT [--layer projection] [--seeds 3] [--python python3] [--only ours] [--json]`.
 *
 * Ours in this process: the principal plane, the exact neighbours, UMAP from them for each seed, and the trustworthiness of
 * each (15 neighbours, 2,000 points). The peer in a process of its own, on the same vectors, without and with its compilation;
 * its layout is judged by our `trustworthiness` as well.
 */
import { execFile } from 'node:child_process';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { nearestNeighbours } from '../../operators/evaluation/neighbours/nearest-neighbours.ts';
import {
  type EmbeddingLayer,
  unitVectors,
} from '../../operators/evaluation/vectors/unit-vectors.ts';
import { vectorsInMemory } from '../../operators/evaluation/vectors/vectors-in-memory.ts';
import type { VectorSet } from '../../operators/evaluation/vectors/vector-set.ts';
import { principalPlane } from '../../operators/layout/principal-plane.ts';
import { trustworthiness } from '../../operators/layout/trustworthiness.ts';
import { layoutNeighbours, umapLayout } from '../../operators/layout/umap-layout.ts';
import { openVectorSet } from '../../pipeline/parts/open-vector-set.ts';
import { peerEnvironment } from './answering-process.ts';

interface Row {
  readonly what: string;
  readonly seconds: number;
  readonly trustworthiness?: number | undefined;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    layer: { type: 'string', default: 'projection' },
    seeds: { type: 'string', default: '3' },
    python: { type: 'string', default: 'python3' },
    only: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const [location = ''] = positionals;
const table: Row[] = [];

const set = await read(location, values.layer as EmbeddingLayer);
const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'sincere-bench-'));
try {
  await ours();
  if (values.only !== 'ours') await theirs();
} finally {
  await fs.rm(folder, { recursive: true });
}
if (values.json) console.log(JSON.stringify({ rows: set.count, dim: set.dim, table }));
else console.log(`${set.count} rows of ${set.dim}`);
if (!values.json) console.table(table);

async function ours(): Promise<void> {
  const plane = await timed('principal plane', async () => await principalPlane(set));
  await judged(plane.positions);
  const neighbours = await timed('exact neighbours', async () => await nearest());
  for (let seed = 0; seed < Number(values.seeds); seed += 1) {
    const layout = { seed, start: plane.positions };
    await judged(
      await timed(`UMAP, seed ${seed}`, async () => await umapLayout(neighbours, layout)),
    );
  }
}

async function theirs(): Promise<void> {
  const rows = path.join(folder, 'rows.f32');
  const all: Float32Array[] = [];
  for await (const block of set.blocks()) all.push(block.rows.slice());
  await fs.writeFile(rows, Buffer.concat(all.map((block) => Buffer.from(block.buffer))));
  const script = fileURLToPath(new URL('map_peer.py', import.meta.url));
  const args = [script, rows, String(set.dim), values.seeds, folder];
  const { stdout } = await promisify(execFile)(values.python, args, {
    env: peerEnvironment(false),
  });
  for (const line of stdout.trim().split('\n')) {
    const { what, seconds, file } = JSON.parse(line) as Row & { readonly file?: string };
    table.push({ what, seconds });
    if (file === undefined) continue;
    const { buffer, byteOffset, byteLength } = await fs.readFile(file);
    await judged(new Float32Array(buffer.slice(byteOffset, byteOffset + byteLength)));
  }
}

async function nearest() {
  const options = { k: layoutNeighbours, sameAndOther: 0, leaveOneOut: true };
  return await nearestNeighbours(set, set, options);
}

async function timed<T>(what: string, work: () => Promise<T>): Promise<T> {
  const start = performance.now();
  const made = await work();
  table.push({ what, seconds: (performance.now() - start) / 1000 });
  return made;
}

/** The trustworthiness of what the last row of the table has made. */
async function judged(positions: Float32Array): Promise<void> {
  const { value } = await trustworthiness(set, positions);
  table.push({ ...table.pop()!, trustworthiness: value });
}

async function read(location: string, layer: EmbeddingLayer): Promise<VectorSet> {
  const opened = unitVectors(
    await openVectorSet(location, layer, new AbortController().signal),
    layer,
  );
  const { name, classes, count, dim, labels } = opened;
  const rows = new Float32Array(count * dim);
  for await (const block of opened.blocks()) rows.set(block.rows, block.first * dim);
  const ids = Array.from({ length: count }, (_, at) => opened.id(at));
  return vectorsInMemory({ name, classes, ids, labels, dim, rows });
}
