import { execFile } from 'node:child_process';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { builtPackage } from './built-package.ts';

// Peak memory of `sincere embed` over stores of growing size:
//
//   npx tsx test/bench/export-memory.ts --rows 10000,100000,1000000
//
// Every size is a process of its own. `heap` is the JavaScript heap at its largest, `live` what a full collection
// leaves of it at the end: what is retained. The difference is garbage, of which V8 lets some four times the live
// heap gather before it collects all of it. Short exports end before that, so compare from 100,000 rows on.

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    rows: { type: 'string', default: '10000,100000' },
    threads: { type: 'string', default: '1' },
  },
});
const run = promisify(execFile);
const program = fileURLToPath(new URL('pipeline/sincere.cjs', await builtPackage()));
const probe = fileURLToPath(new URL('memory-probe.cjs', import.meta.url));

interface Sample {
  readonly what: 'sample' | 'end' | 'collected';
  readonly seconds: number;
  readonly peakRss: number;
  readonly heapTotal: number;
  readonly heapUsed: number;
}

interface Row {
  readonly rows: number;
  readonly peakRssMb: number;
  /** Peak over that of the first size. */
  readonly ratio: number;
  readonly heapMb: number;
  readonly liveMb: number;
  readonly imagesPerSecond: number;
}

const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'sincere-bench-'));
try {
  const model = path.join(folder, 'model');
  const tiny = ['--image-size', '8', '--batch-size', '16', '--steps', '0', '--quiet'];
  const shapes = 'synthetic:shapes?count=100&size=8';
  await run(process.execPath, [program, 'train', shapes, '--out', model, ...tiny]);
  let first: number | undefined;
  for (const rows of values.rows.split(',').map(Number)) {
    const { peakRss, ...measured } = await measure(rows, model);
    first ??= peakRss;
    const row: Row = { rows, peakRssMb: mb(peakRss), ratio: round(peakRss / first), ...measured };
    console.log(values.json ? JSON.stringify(row) : text(row));
  }
} finally {
  await fs.rm(folder, { recursive: true });
}

async function measure(rows: number, model: string) {
  const log = path.join(folder, `memory-${rows}.jsonl`);
  const out = path.join(folder, `vectors-${rows}`);
  const data = `synthetic:shapes?count=${rows}&size=8`;
  const options = ['--model', model, '--out', out, '--threads', values.threads, '--quiet'];
  const args = ['--expose-gc', '--require', probe, program, 'embed', data, ...options];
  await run(process.execPath, args, { env: { ...process.env, MEMORY_PROBE: log } });
  await fs.rm(out, { recursive: true });
  const lines = (await fs.readFile(log, 'utf8')).trimEnd().split('\n');
  const samples = lines.map((line) => JSON.parse(line) as Sample);
  const last = samples.at(-1)!;
  return {
    peakRss: last.peakRss,
    heapMb: mb(Math.max(...samples.map(({ heapTotal }) => heapTotal))),
    liveMb: mb(last.heapUsed),
    imagesPerSecond: Math.round(rows / last.seconds),
  };
}

function text({ rows, peakRssMb, ratio, heapMb, liveMb, imagesPerSecond }: Row): string {
  return (
    `${rows.toLocaleString('en')} rows: peak RSS ${peakRssMb} MB (× ${ratio}), heap up to ${heapMb} MB ` +
    `of which ${liveMb} MB live, ${imagesPerSecond} images/s with the start`
  );
}

function mb(bytes: number): number {
  return Math.round(bytes / 1e6);
}

function round(value: number): number {
  return Number(value.toFixed(3));
}
