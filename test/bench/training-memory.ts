import { execFile } from 'node:child_process';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { builtPackage } from './built-package.ts';

// Peak memory of `sincere train` on 100,000 drawn images with validations and what each image gives, beside that
// without:
//
//   npx tsx test/bench/training-memory.ts --steps 16 --rounds 2
//
// Every run is a process of its own, in turns. Both train on the same images; there are two validations, one of them
// beside steps. A short run has cached few of the images to train on, and all of those to validate on, so that the
// ratio of one of whole epochs is lower.

const { values } = parseArgs({
  options: {
    steps: { type: 'string', default: '16' },
    rounds: { type: 'string', default: '2' },
    encoder: { type: 'string', default: 'resnet8' },
  },
});
const run = promisify(execFile);
const program = fileURLToPath(new URL('pipeline/sincere.cjs', await builtPackage()));
const probe = fileURLToPath(new URL('memory-probe.cjs', import.meta.url));
const steps = Number(values.steps);
const data = 'synthetic:shapes?classes=10&count=10000&size=32';
const kinds = {
  without: ['--hold-out', '0.1'],
  with: ['--validate', '0.1', '--validate-every', String(steps / 2), '--samples'],
};

for (let round = 0; round < Number(values.rounds); round += 1) {
  const without = await peakOf(kinds.without);
  const ours = await peakOf(kinds.with);
  console.log(
    `${mb(without)} MB, with validation and samples ${mb(ours)} MB (× ${(ours / without).toFixed(3)})`,
  );
}

async function peakOf(more: readonly string[]): Promise<number> {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'sincere-bench-'));
  const log = path.join(folder, 'memory.jsonl');
  const task = ['train', data, '--out', path.join(folder, 'run'), '--steps', values.steps];
  const args = ['--require', probe, program, ...task, '--encoder', values.encoder, '--quiet'];
  try {
    await run(process.execPath, [...args, ...more], {
      env: { ...process.env, MEMORY_PROBE: log },
    });
    const last = (await fs.readFile(log, 'utf8')).trimEnd().split('\n').at(-1)!;
    return (JSON.parse(last) as { readonly peakRss: number }).peakRss;
  } finally {
    await fs.rm(folder, { recursive: true });
  }
}

function mb(bytes: number): number {
  return Math.round(bytes / 1e6);
}
