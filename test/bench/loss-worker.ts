/** Our side of `loss.ts`, in the same words as `loss_peer.py`: `loss-worker.ts BUILT THREADS`. */
import fs from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type * as operators from '../../operators/index.ts';

interface Request {
  readonly size: number;
  readonly file: string;
  readonly labels: string;
  /** Calls are repeated for this long. */
  readonly seconds: number;
}

const [built, threads] = [process.argv[3]!, Number(process.argv[4])];
// What was built exports what is written here.
const { openEngine } = (await import(
  new URL('operators/index.js', built).href
)) as typeof operators;
const engine = await openEngine('onnx', { threads });
const session = await engine.createLoss({ name: 'sincere', temperature: 0.1 });
console.log(JSON.stringify({ threads, baseMb: peakMb() }));

for await (const line of createInterface({ input: process.stdin })) {
  const { size, file, labels, seconds } = JSON.parse(line) as Request;
  const rows = {
    z: new Float32Array(await bytesOf(file)),
    size,
    labels: new Int32Array(await bytesOf(labels)),
  };
  const ms: number[] = [];
  let [value, gradient] = [0, new Float32Array(0)];
  const until = performance.now() + 1000 * seconds;
  do {
    const began = performance.now();
    const result = await session.run(rows, { gradient: true, readouts: false });
    ms.push(performance.now() - began);
    value = result.value;
    gradient = new Float32Array(result.gradient!);
  } while (performance.now() < until);
  await fs.writeFile(`${file}.ours`, new Uint8Array(gradient.buffer));
  console.log(JSON.stringify({ ms, value, peakMb: peakMb() }));
}
await engine.close();

async function bytesOf(file: string): Promise<ArrayBuffer> {
  const bytes = await fs.readFile(file);
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
}

function peakMb(): number {
  return process.resourceUsage().maxRSS / 1024;
}
