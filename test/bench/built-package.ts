import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/**
 * Builds the package as it is published and says where it lies, so that a benchmark measures what users run: in the
 * repository every process and thread compiles TypeScript first.
 */
export async function builtPackage(): Promise<URL> {
  const root = new URL('../../', import.meta.url);
  await promisify(execFile)('npm', ['run', 'prepack'], { cwd: fileURLToPath(root) });
  return new URL('dist/', root);
}
