/** Our side of `loss.ts`, in the same words as `loss_peer.py`: `loss-worker.ts THREADS`. */
import fs from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { openOnnxEngine } from '../../operators/engine/onnx-engine.ts';

interface Request {
  readonly size: number;
  readonly file: string;
  readonly labels: string;
  readonly repeats: number;
}

const threads = Number(process.argv[2]);
const engine = await openOnnxEngine({ threads });
const session = await engine.createLoss({ name: 'sincere', temperature: 0.1 });
console.log(JSON.stringify({ threads, baseMb: peakMb() }));

for await (const line of createInterface({ input: process.stdin })) {
  const { size, file, labels, repeats } = JSON.parse(line) as Request;
  const rows = {
    z: new Float32Array(await bytesOf(file)),
    size,
    labels: new Int32Array(await bytesOf(labels)),
  };
  const ms: number[] = [];
  let value = 0;
  for (let repeat = 0; repeat < repeats; repeat += 1) {
    const began = performance.now();
    const result = await session.run(rows, { gradient: true, readouts: false });
    ms.push(performance.now() - began);
    value = result.value;
    await fs.writeFile(`${file}.ours`, new Uint8Array(result.gradient!.buffer));
  }
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
