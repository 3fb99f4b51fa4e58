/** Our side of `neighbours.ts`: `neighbours-worker.ts BUILT QUERY SUPPORT TOP THREADS OUT MEMORY_MB`. */
import fs from 'node:fs/promises';
import path from 'node:path';
import { RecordBatchReader } from 'apache-arrow';
import type * as verb from '../../pipeline/neighbours.ts';

const [built, query, of, top, threads, out, memoryMb] = process.argv.slice(3) as [
  ...(readonly [string, string, string, string, string, string, string]),
];
// As the command line loads it: what was built exports what is written here.
const { neighbours } = (await import(new URL('pipeline/neighbours.js', built).href)) as typeof verb;
const peakMb = (): number => process.resourceUsage().maxRSS / 1024;
const idleMb = peakMb();
const folder = `${out}.folder`;
const began = performance.now();
const withItself = true;
const options = { top: Number(top), threads: Number(threads), memoryMb: Number(memoryMb) };
await neighbours({ query, of, out: folder, withItself, ...options });
const ms = performance.now() - began;
const { user, system } = process.cpuUsage();
const answer = { ms, idleMb, peakMb: peakMb(), cpuSeconds: (user + system) / 1e6 };
const ids: number[] = [];
const bytes = await fs.readFile(path.join(folder, 'neighbours.arrow'));
for (const batch of RecordBatchReader.from(bytes)) {
  for (const id of batch.getChild('id')!) ids.push(Number(id));
}
await fs.writeFile(out, new Uint8Array(Int32Array.from(ids).buffer));
await fs.rm(folder, { recursive: true });
console.log(JSON.stringify({ ...answer, settings: options }));
