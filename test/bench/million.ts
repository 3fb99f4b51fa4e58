/**
 * Stores of a million images, from the start of a process to its first batch: `npx tsx test/bench/million.ts [--count 1000000]
 * [--store DIR] [--forms folder,tar,parquet,csv,jsonl] [--json]`.
 *
 * One set is written in every form into `DIR`, and kept there for the next time; without it into a temporary folder. A class
 * folder, a tar shard and a group of rows have 1,000 images each. Each form is opened by two processes, `cold` without an
 * index and `kept` with that of the first. Both plan and make 2 views of 32 pixels of each of 64 images, on as many threads
 * as training has. Told are seconds since the start of the process until the dataset is open and until the batch is there,
 * CPU seconds and peak memory of the process with its threads. All forms must plan the same batches and make the same views.
 */
import { execFile } from 'node:child_process';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { builtPackage } from './built-package.ts';
import { largeForms, writeLargeSet } from './million-store.ts';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '1000000' },
    store: { type: 'string' },
    forms: { type: 'string', default: Object.keys(largeForms).join(',') },
    json: { type: 'boolean', default: false },
  },
});

/** What is asked of a million images. */
const asked = { cold: { seconds: 60 }, kept: { seconds: 3 }, peakMb: 400 } as const;

interface Measured {
  readonly count: number;
  readonly openSeconds: number;
  readonly firstSeconds: number;
  readonly cpuSeconds: number;
  readonly openMb: number;
  readonly peakMb: number;
  readonly images: number;
  /** SHA-256 of the first 100 plans. */
  readonly plans: string;
  /** SHA-256 of the first views. */
  readonly views: string;
  readonly notes: readonly string[];
}

const run = promisify(execFile);
const built = await builtPackage();
const probe = fileURLToPath(new URL('million-probe.cjs', import.meta.url));
const temporary = await fs.mkdtemp(path.join(os.tmpdir(), 'sincere-bench-'));
try {
  const store = path.resolve(values.store ?? temporary);
  await writeLargeSet(store, Number(values.count));
  if (!values.json)
    console.log(
      line([
        'form',
        'index',
        'open s',
        'batch s',
        'asked',
        'CPU s',
        'open MB',
        'peak MB',
        'asked',
        'plans',
      ]),
    );
  const orders = new Set<string>();
  for (const form of values.forms.split(',')) {
    const location = path.join(store, largeForms[form as keyof typeof largeForms]);
    for (const index of ['cold', 'kept'] as const) {
      const cacheDir = path.join(temporary, 'caches', form);
      const { stdout } = await run(process.execPath, [probe, built.href, location, cacheDir]);
      const measured = JSON.parse(stdout) as Measured;
      orders.add(`${measured.plans} ${measured.views}`);
      console.log(
        values.json ? JSON.stringify({ form, index, ...measured }) : row(form, index, measured),
      );
    }
  }
  if (orders.size !== 1)
    throw new Error('The forms plan different batches, or make different views');
} finally {
  await fs.rm(temporary, { recursive: true });
}

function row(form: string, index: 'cold' | 'kept', measured: Measured): string {
  const { openSeconds, firstSeconds, cpuSeconds, openMb, peakMb, plans } = measured;
  return line([
    form,
    index,
    openSeconds.toFixed(1),
    firstSeconds.toFixed(1),
    `≤ ${asked[index].seconds}`,
    cpuSeconds.toFixed(1),
    openMb.toFixed(0),
    peakMb.toFixed(0),
    `≤ ${asked.peakMb}`,
    plans.slice(0, 8),
  ]);
}

function line(cells: readonly string[]): string {
  return cells.map((cell, at) => (at < 2 ? cell.padEnd(8) : cell.padStart(8))).join(' ');
}
