import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { ExecutionContext } from 'ava';

/**
 * A file system of its own in memory, unmounted when the test has ended; undefined, with the reason in the
 * log, where this user may not mount one.
 *
 * @param sizeKb Room on it.
 */
export function mountedFolder(
  t: ExecutionContext,
  sizeKb: number,
): { readonly folder: string; readonly readOnly: () => void } | undefined {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'sincere-mount-'));
  try {
    mount(['-t', 'tmpfs', '-o', `size=${sizeKb}k`, 'tmpfs', folder]);
  } catch (error) {
    rmSync(folder, { recursive: true });
    t.log(`not run: cannot mount a small file system here (${String(error).split('\n')[0]})`);
    return undefined;
  }
  t.teardown(() => {
    execFileSync('umount', [folder], { stdio: 'pipe' });
    rmSync(folder, { recursive: true });
  });
  return { folder, readOnly: () => mount(['-o', 'remount,ro', folder]) };
}

function mount(args: readonly string[]): void {
  execFileSync('mount', args, { stdio: 'pipe' });
}
