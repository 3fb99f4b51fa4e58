import fs from 'node:fs/promises';
import path from 'node:path';
import type { ExecutionContext } from 'ava';

/** Bytes of the files in a folder; those that go away meanwhile do not count. */
export async function folderBytes(folder: string): Promise<number> {
  const names = await fs.readdir(folder).catch(() => []);
  const sizes = await Promise.all(
    names.map(async (name) => {
      const stat = await fs.stat(path.join(folder, name)).catch(() => undefined);
      return stat?.size ?? 0;
    }),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Takes the right to write to a folder away. @returns False, told, where this user may write all the same. */
export async function refusesWrites(t: ExecutionContext, folder: string): Promise<boolean> {
  await fs.chmod(folder, 0o555);
  t.teardown(() => fs.chmod(folder, 0o755));
  const probe = path.join(folder, 'probe');
  const isWritten = await fs.writeFile(probe, '').then(
    () => true,
    () => false,
  );
  if (!isWritten) return true;
  await fs.rm(probe);
  t.log('not run: this user may write to folders that are read-only');
  t.pass();
  return false;
}
