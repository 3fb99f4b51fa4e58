import fs from 'node:fs/promises';
import path from 'node:path';
import { hashFile } from '../../operators/files/hash-file.ts';

/** Name → SHA-256 of every file in a folder: equal when the folders hold the same bytes. */
export async function folderBytes(folder: string): Promise<Record<string, string>> {
  const names = (await fs.readdir(folder)).sort();
  const hashes = await Promise.all(names.map((name) => hashFile(path.join(folder, name))));
  return Object.fromEntries(names.map((name, at) => [name, hashes[at]!]));
}
