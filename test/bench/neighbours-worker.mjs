// Our side of `neighbours.ts`: `neighbours-worker.mjs BUILT QUERY SUPPORT TOP THREADS OUT MEMORY_MB`. Plain JavaScript,
// because a compiler of TypeScript in the process would count as its memory.
import fs from 'node:fs/promises';
import path from 'node:path';

const [built, query, of, top, threads, out, memoryMb] = process.argv.slice(2);
// As the command line loads it.
const { neighbours } = await import(new URL('pipeline/neighbours.js', built).href);
const peakMb = () => process.resourceUsage().maxRSS / 1024;
const idleMb = peakMb();
const folder = `${out}.folder`;
const began = performance.now();
const settings = { top: Number(top), threads: Number(threads), memoryMb: Number(memoryMb) };
await neighbours({ query, of, out: folder, withItself: true, ...settings });
const ms = performance.now() - began;
const { user, system } = process.cpuUsage();
const answer = { ms, idleMb, peakMb: peakMb(), cpuSeconds: (user + system) / 1e6 };
const { RecordBatchReader } = await import('apache-arrow');
const ids = [];
const bytes = await fs.readFile(path.join(folder, 'neighbours.arrow'));
for (const batch of RecordBatchReader.from(bytes)) {
  for (const id of batch.getChild('id')) ids.push(Number(id));
}
await fs.writeFile(out, new Uint8Array(Int32Array.from(ids).buffer));
await fs.rm(folder, { recursive: true });
console.log(JSON.stringify({ ...answer, settings }));
