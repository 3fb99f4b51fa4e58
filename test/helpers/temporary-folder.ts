import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { ExecutionContext } from 'ava';

/** An empty folder that is removed when the test has ended. */
export async function temporaryFolder(t: ExecutionContext): Promise<string> {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'sincere-test-'));
  t.teardown(() => fs.rm(folder, { recursive: true, force: true }));
  return folder;
}
