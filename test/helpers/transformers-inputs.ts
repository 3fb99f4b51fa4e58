import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RgbImage } from '../../operators/types.ts';
import { fixture } from './project.ts';

/** What the Python side says of itself. */
export interface TransformersHead {
  readonly versions: Readonly<Record<string, string>>;
  /** Class → its defaults; null when it cannot be made without more. */
  readonly processors: Readonly<Record<string, Readonly<Record<string, unknown>> | null>>;
}

/** Answer to one image of one case: the input in planes, or why there is none. */
export type TransformersInput = Float32Array | { readonly error: string };

/**
 * Finds a Python with transformers and torchvision: `SINCERE_PYTHON`, or `python3`.
 *
 * @returns Why there is none, otherwise.
 */
export function findTransformers(): { readonly python: string } | { readonly missing: string } {
  const python = process.env['SINCERE_PYTHON'] ?? 'python3';
  const ask = `import importlib.util as u, sys
print(*[n for n in ("transformers", "torch", "torchvision", "PIL") if not u.find_spec(n)])`;
  const { status, stdout } = spawnSync(python, ['-c', ask], { encoding: 'utf8' });
  if (status !== 0) return { missing: `\`${python}\` does not run` };
  const names = stdout.trim();
  if (names === '') return { python };
  return { missing: `\`${python}\` has no ${names}; SINCERE_PYTHON names another` };
}

/** Runs cases in Python, in one process: first what it says of itself, then an answer for each image of each case. */
export async function* transformersInputs(
  python: string,
  folder: string,
  images: readonly RgbImage[],
  cases: readonly object[],
): AsyncGenerator<TransformersHead | TransformersInput, void, undefined> {
  const listed = images.map(({ width, height }, at) => [width, height, `${at}.rgb`]);
  for (const [at, { data }] of images.entries()) {
    await fs.writeFile(path.join(folder, `${at}.rgb`), data);
  }
  await fs.writeFile(path.join(folder, 'images.json'), JSON.stringify(listed));
  await fs.writeFile(path.join(folder, 'cases.json'), JSON.stringify(cases));
  const script = fileURLToPath(fixture('transformers_inputs.py'));
  const child = spawn(python, [script, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    for await (const bytes of frames(child.stdout)) yield answerOf(bytes);
  } finally {
    child.kill();
  }
}

function answerOf(bytes: Buffer): TransformersHead | TransformersInput {
  // A brace and a quote begin JSON; floats of pixels do not have these bits.
  const isJson = bytes.subarray(0, 2).toString('latin1') === '{"';
  if (!isJson) return new Float32Array(Uint8Array.from(bytes).buffer);
  return JSON.parse(bytes.toString()) as TransformersHead | { readonly error: string };
}

/** Cuts a stream into its frames. */
async function* frames(stream: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, undefined> {
  let parts: Buffer[] = [];
  let held = 0;
  for await (const chunk of stream) {
    parts.push(chunk);
    held += chunk.length;
    let wanted = lengthOf(parts, held);
    while (wanted !== undefined && held >= wanted + 4) {
      const all = Buffer.concat(parts);
      yield all.subarray(4, wanted + 4);
      parts = [all.subarray(wanted + 4)];
      held -= wanted + 4;
      wanted = lengthOf(parts, held);
    }
  }
}

function lengthOf(parts: Buffer[], held: number): number | undefined {
  if (held < 4) return undefined;
  if (parts[0]!.length < 4) parts.splice(0, parts.length, Buffer.concat(parts));
  return parts[0]!.readUInt32LE(0);
}
