/**
 * SINCERE, forward and backward, beside the authors' PyTorch file:
 * `npx tsx test/bench/loss.ts --peer PATH/revised_losses.py [--sizes 512,1024,4096,16384] [--classes 10]
 * [--rounds 5] [--python python3] [--keep-freed] [--threads N] [--only ours] [--json]`.
 *
 * `revised_losses.py` is from https://github.com/tufts-ml/SupContrast. PyTorch needs a real BLAS (with
 * Debian's python3-torch: libopenblas0-pthread); its product rate is printed. Each size runs in two fresh
 * processes, ours and the peer, that take turns: calls of one for two seconds, at least one, then of the other.
 * The first turn of each is a warm-up, of which the first call is shown, because it allocates and compiles. Values
 * and gradients must agree. With `--keep-freed` the peer's C library does not hand freed memory back to the
 * system, which PyTorch profits from where page faults are dear: without it every N × N matrix is mapped anew. Memory is the peak of a process in excess of what it held before its first call.
 */
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { availableCores } from '../../operators/threads/available-cores.ts';
import { seededRandom } from '../../operators/random.ts';
import { answeringProcess, ourSide, peerEnvironment } from './answering-process.ts';
import { builtPackage } from './built-package.ts';
import { median } from './median.ts';

/** One measured size. */
interface Row {
  readonly name: string;
  /** Milliseconds of the median call. */
  readonly ours: number;
  readonly peer: number | null;
  /** Peer over ours. */
  readonly ratio: number | null;
  readonly unit: 'ms';
  readonly oursFirst: number;
  readonly peerFirst: number | null;
  readonly oursMemoryMb: number;
  readonly peerMemoryMb: number | null;
  /** Largest difference of the two gradients over the largest entry. */
  readonly gradientDifference: number | null;
  readonly peerSettings: unknown;
}

interface Described {
  readonly baseMb: number;
}

interface Answer {
  readonly ms: readonly number[];
  readonly value: number;
  readonly peakMb: number;
}

const { values } = parseArgs({
  options: {
    peer: { type: 'string' },
    sizes: { type: 'string', default: '512,1024,4096,16384' },
    classes: { type: 'string', default: '10' },
    rounds: { type: 'string', default: '5' },
    python: { type: 'string', default: 'python3' },
    'keep-freed': { type: 'boolean', default: false },
    threads: { type: 'string' },
    only: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const threads = values.threads === undefined ? availableCores() : Number(values.threads);
const size = 128;

if (values.peer === undefined && values.only !== 'ours') {
  throw new Error('Expected `--peer PATH/revised_losses.py`, or `--only ours`');
}
const built = await builtPackage();
const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'sincere-bench-'));
try {
  for (const rows of values.sizes.split(',').map(Number)) {
    const row = await measured(rows, Number(values.classes));
    console.log(values.json ? JSON.stringify(row) : text(row));
  }
} finally {
  await fs.rm(folder, { recursive: true });
}

async function measured(rows: number, classes: number): Promise<Row> {
  const file = path.join(folder, `${rows}.f32`);
  const labels = path.join(folder, `${rows}.i32`);
  await fs.writeFile(file, new Uint8Array(unitRows(rows).buffer));
  const random = seededRandom('labels');
  await fs.writeFile(
    labels,
    new Uint8Array(Int32Array.from({ length: rows }, () => random.below(classes)).buffer),
  );

  const opened = answeringProcess<Described, Answer>;
  const side = ourSide('loss-worker.ts', built, [String(threads)]);
  const ours = await opened(process.execPath, side);
  const script = fileURLToPath(new URL('loss_peer.py', import.meta.url));
  const peer =
    values.only === 'ours'
      ? undefined
      : await opened(
          values.python,
          [script, values.peer!, String(threads)],
          peerEnvironment(values['keep-freed']),
        );
  const request = { rows, size, file, labels, seconds: 2 };
  const [oursMs, peerMs]: [number[], number[]] = [[], []];
  let [oursFirst, peerFirst]: [number, number | null] = [0, null];
  let [oursLast, peerLast]: [Answer | undefined, Answer | undefined] = [undefined, undefined];
  for (let round = 0; round <= Number(values.rounds); round += 1) {
    oursLast = await ours.ask(request);
    peerLast = await peer?.ask(request);
    if (round === 0) {
      oursFirst = oursLast.ms[0]!;
      peerFirst = peerLast?.ms[0] ?? null;
    } else {
      oursMs.push(...oursLast.ms);
      peerMs.push(...(peerLast?.ms ?? []));
    }
  }
  ours.end();
  peer?.end();
  if (peerLast !== undefined && Math.abs(peerLast.value - oursLast!.value) > 1e-4) {
    throw new Error(`The values disagree: ours ${oursLast!.value}, peer ${peerLast.value}`);
  }
  const oursMedian = median(oursMs);
  const peerMedian = peer === undefined ? null : median(peerMs);
  return {
    name: `SINCERE forward + backward, ${rows} × ${size}, ${classes} classes`,
    ours: oursMedian,
    peer: peerMedian,
    ratio: peerMedian === null ? null : peerMedian / oursMedian,
    unit: 'ms',
    oursFirst,
    peerFirst,
    oursMemoryMb: oursLast!.peakMb - ours.described.baseMb,
    peerMemoryMb: peerLast === undefined ? null : peerLast.peakMb - peer!.described.baseMb,
    gradientDifference: peer === undefined ? null : await gradientDifference(file),
    peerSettings:
      peer === undefined ? null : { ...peer.described, keepFreed: values['keep-freed'] },
  };
}

async function gradientDifference(file: string): Promise<number> {
  const [ours, peer] = await Promise.all(
    [`${file}.ours`, `${file}.gradient`].map(async (name) => {
      const bytes = await fs.readFile(name);
      return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
    }),
  );
  let [largest, difference] = [0, 0];
  for (const [at, expected] of peer!.entries()) {
    largest = Math.max(largest, Math.abs(expected));
    difference = Math.max(difference, Math.abs(expected - ours![at]!));
  }
  return difference / largest;
}

function unitRows(rows: number): Float32Array {
  const random = seededRandom('rows', rows);
  const z = Float32Array.from({ length: rows * size }, () => random.normal());
  for (let row = 0; row < rows; row += 1) {
    const part = z.subarray(row * size, (row + 1) * size);
    const length = Math.hypot(...part);
    for (let d = 0; d < size; d += 1) part[d]! /= length;
  }
  return z;
}

function text(row: Row): string {
  const { name, ours, peer, ratio, oursFirst, peerFirst, oursMemoryMb, peerMemoryMb } = row;
  const own = `ours ${ours.toFixed(1)} ms (first ${oursFirst.toFixed(0)}), +${oursMemoryMb.toFixed(0)} MB`;
  if (peer === null) return `${name}: ${own}`;
  return (
    `${name}: ${own}; peer ${peer.toFixed(1)} ms (first ${peerFirst!.toFixed(0)}), ` +
    `+${peerMemoryMb!.toFixed(0)} MB; ${ratio!.toFixed(2)} ×, gradients differ by ` +
    `${row.gradientDifference!.toExponential(1)}; ${JSON.stringify(row.peerSettings)}`
  );
}
