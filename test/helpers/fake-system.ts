import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

/** A folder with these files of `proc`, `sys` and `dev`, for as long as it is used. */
export async function system(
  files: Readonly<Record<string, string>>,
  use: (root: string) => unknown,
): Promise<void> {
  const root = await mkdtemp(path.join(os.tmpdir(), 'system-'));
  try {
    for (const [name, content] of Object.entries(files)) {
      await mkdir(path.dirname(path.join(root, name)), { recursive: true });
      await writeFile(path.join(root, name), content);
    }
    await use(root);
  } finally {
    await rm(root, { recursive: true });
  }
}
