import fs from 'node:fs/promises';
import path from 'node:path';

/** Bytes of a run that the same course leaves alike: of these files, and of all checkpoints by their names. */
export async function courseOfRun(
  out: string,
  files: readonly string[],
): Promise<Readonly<Record<string, Buffer>>> {
  const checkpoints = await fs.readdir(path.join(out, 'checkpoints'));
  const names = [...files, ...checkpoints.toSorted().map((name) => path.join('checkpoints', name))];
  const bytes = names.map(async (name) => [name, await fs.readFile(path.join(out, name))] as const);
  return Object.fromEntries(await Promise.all(bytes));
}

/** Files of a run with validation that are a function of its course. */
export const validatedFiles: readonly string[] = [
  'metrics.arrows',
  'validation.arrows',
  'encoder.onnx',
];
