import fs from 'node:fs/promises';
import path from 'node:path';
import { PipelineError } from '../../operators/errors.ts';
import { hashFile } from '../../operators/files/hash-file.ts';
import { lockFolder } from '../../operators/files/lock-file.ts';
import { makeFolder } from '../../operators/files/make-folder.ts';
import { syncFolder } from '../../operators/files/partial-file.ts';
import type { Pip } from './find-pip.ts';
import type { PinnedWheel } from './pinned-wheels.ts';
import { lastLines, runProgram } from './run-program.ts';
import { cachedPath } from './wheel-cache.ts';

/** Options of a download. */
export interface FetchOptions {
  readonly pip: Pip;
  readonly cache: string;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  /** Called with the bytes that are there, some times a second. */
  readonly onBytes: (bytes: number) => void;
}

/** Options of pip that make it fetch one wheel for CPython 3.11, on whatever it runs, and print no more than errors. */
const pipOptions =
  '--no-deps --only-binary=:all: --python-version 311 --implementation cp --abi cp311 --no-cache-dir ' +
  '--disable-pip-version-check --no-input --progress-bar off';

/** Arguments by which any pip, on any system, downloads exactly one wheel into a folder. */
export function downloadArguments(wheel: PinnedWheel, folder: string): readonly string[] {
  const { project, version, platform } = wheel;
  const options = ['download', ...pipOptions.split(' '), '--platform', platform];
  return [...options, '--dest', folder, `${project}==${version}`];
}

/**
 * Downloads a wheel with the user's pip into the cache, where it appears whole or not at all.
 *
 * What a killed download left is removed, and the download begins again. Two processes that want the same wheel keep
 * each other out by a lock.
 *
 * @returns Its path.
 * @throws {PipelineError} `ERR_READ` when pip fails, with what it said; `ERR_FORMAT` when it brings another file;
 * `ERR_LOCKED`, `ERR_WRITE`.
 */
export async function fetchWheel(wheel: PinnedWheel, options: FetchOptions): Promise<string> {
  const { cache } = options;
  const file = cachedPath(cache, wheel);
  await makeFolder(cache);
  const lock = await lockFolder(cache, {
    name: `.${path.basename(file)}.lock`,
    elsewhere: 'name another cache by the environment variable `XDG_CACHE_HOME`',
  });
  const partial = `${file}.partial`;
  try {
    await fs.rm(partial, { recursive: true, force: true });
    await makeFolder(path.join(partial, 'tmp'));
    const found = await downloaded(wheel, partial, options);
    await lock.check();
    await fs.rename(found, file);
    await syncFolder(cache);
    return file;
  } finally {
    await fs.rm(partial, { recursive: true, force: true });
    await lock.release();
  }
}

async function downloaded(
  wheel: PinnedWheel,
  partial: string,
  { pip, env, signal, onBytes }: FetchOptions,
): Promise<string> {
  const command = [...pip.command, ...downloadArguments(wheel, partial)];
  const watch = setInterval(() => {
    // What cannot be looked at, because pip has just moved it, is looked at the next time.
    void bytesIn(partial).then(onBytes, () => {});
  }, 500);
  // pip downloads into its folder for temporary files, which may be too small, and lies on another disk.
  const inPartial = { ...env, TMPDIR: path.join(partial, 'tmp') };
  const running = runProgram(command, { env: inPartial, signal });
  const ended = await running.finally(() => clearInterval(watch));
  const what = `\`${wheel.project}==${wheel.version}\``;
  if (!ended.isDone) {
    const printed = ended.stderr || ended.stdout;
    const errors = printed.split('\n').filter((line) => line.trim().startsWith('ERROR'));
    // Without one the end of what it said is the best that there is.
    const said = lastLines(errors.length === 0 ? printed : errors.join('\n'));
    throw new PipelineError(
      'ERR_READ',
      `pip could not download ${what}:\n${said}\n` +
        'Check the network and the settings of pip, and run it again; or download it elsewhere, and name the file by ' +
        `\`wheel\`: \`pip ${downloadArguments(wheel, '.').join(' ')}\``,
      { options: ['wheel'] },
    );
  }
  const names = (await fs.readdir(partial)).filter((name) => name.endsWith('.whl'));
  const found = path.join(partial, names[0] ?? '');
  if (names.length === 1 && (await hashFile(found)) === wheel.sha256) return found;
  throw new PipelineError(
    'ERR_FORMAT',
    `pip downloaded another file for ${what} than PyPI has (SHA-256 \`${wheel.sha256}\`): ` +
      `${names.join(', ') || 'none'}. Look which index pip asks (\`pip config list\`), or name a file by \`wheel\`.`,
    { options: ['wheel'] },
  );
}

async function bytesIn(folder: string): Promise<number> {
  const names = await fs.readdir(folder, { recursive: true, withFileTypes: true });
  const files = names.filter((entry) => entry.isFile());
  const stats = await Promise.all(
    files.map((entry) => fs.stat(path.join(entry.parentPath, entry.name))),
  );
  return stats.reduce((sum, { size }) => sum + size, 0);
}
