import fs from 'node:fs/promises';
import path from 'node:path';
import type { ExecutionContext } from 'ava';
import { temporaryFolder } from './temporary-folder.ts';

/** A folder with the given files (content: their own path) and, for names that end in `/`, folders. */
export async function folderWith(t: ExecutionContext, names: readonly string[]): Promise<string> {
  const root = await temporaryFolder(t);
  for (const name of names) {
    const target = path.join(root, name);
    await fs.mkdir(name.endsWith('/') ? target : path.dirname(target), { recursive: true });
    if (!name.endsWith('/')) await fs.writeFile(target, name);
  }
  return root;
}
