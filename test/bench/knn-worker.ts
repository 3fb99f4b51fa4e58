/** Our side of `knn.ts`, in the same words as `knn_peer.py`: `knn-worker.ts BUILT THREADS`. */
import fs from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type * as operators from '../../operators/index.ts';

interface Request {
  readonly dim: number;
  readonly k: number;
  readonly queries: string;
  readonly support: string;
  /** Where positions of the neighbours go, int32. */
  readonly out: string;
  /** Calls are repeated for this long. */
  readonly seconds: number;
}

const [built, threads] = [process.argv[3]!, Number(process.argv[4])];
// What was built exports what is written here.
const { nearestNeighbours, vectorsInMemory } = (await import(
  new URL('operators/index.js', built).href
)) as typeof operators;
console.log(JSON.stringify({ threads, baseMb: peakMb() }));

for await (const line of createInterface({ input: process.stdin })) {
  const { dim, k, queries, support, out, seconds } = JSON.parse(line) as Request;
  const [querySet, supportSet] = [await setOf(queries, dim), await setOf(support, dim)];
  const loadedMb = process.memoryUsage.rss() / 2 ** 20;
  const ms: number[] = [];
  let positions = new Int32Array(0);
  const until = performance.now() + 1000 * seconds;
  do {
    const began = performance.now();
    const found = await nearestNeighbours(querySet, supportSet, { k, threads });
    ms.push(performance.now() - began);
    positions = new Int32Array(found.nearest.positions);
  } while (performance.now() < until);
  await fs.writeFile(out, new Uint8Array(positions.buffer));
  console.log(JSON.stringify({ ms, loadedMb, peakMb: peakMb() }));
}

async function setOf(file: string, dim: number) {
  const bytes = await fs.readFile(file);
  const rows = new Float32Array(
    bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength),
  );
  const count = rows.length / dim;
  const ids = Array.from({ length: count }, (_, row) => String(row));
  const labels = Int32Array.from({ length: count }, (_, row) => row % 10);
  const classes = Array.from({ length: 10 }, (_, label) => String(label));
  return vectorsInMemory({ name: file, classes, ids, labels, dim, rows });
}

function peakMb(): number {
  return process.resourceUsage().maxRSS / 1024;
}
