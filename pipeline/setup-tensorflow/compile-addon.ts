import fs from 'node:fs/promises';
import path from 'node:path';
import { PipelineError } from '../../operators/errors.ts';
import { keepFreedMemory, keepFreedMemoryFile } from './keep-freed-memory.ts';
import { logLevel, logLevelFile } from './log-level.ts';
import { lastLines, runProgram, type RunProgramOptions } from './run-program.ts';
import { libraries } from './wheel-places.ts';

/** A compiler of C++. */
export interface Compiler {
  readonly command: readonly string[];
  /** First line of its `--version`. */
  readonly version: string;
}

/**
 * Finds the user's compiler: `CXX`, else `c++`, `g++`, `clang++`.
 *
 * @throws {PipelineError} `ERR_CONFIG`, with the way to get one.
 */
export async function findCompiler(
  options: Pick<RunProgramOptions, 'env' | 'signal'>,
): Promise<Compiler> {
  // `CXX` may hold a launcher and options, as in `ccache g++`.
  const given = options.env['CXX']?.trim().split(/\s+/u);
  const candidates = given === undefined ? [['c++'], ['g++'], ['clang++']] : [given];
  for (const command of candidates) {
    const { isDone, stdout } = await runProgram([...command, '--version'], options);
    const [version = ''] = stdout.split('\n');
    if (isDone) return { command, version };
  }
  const looked = candidates.map((command) => `\`${command.join(' ')}\``).join(', ');
  throw new PipelineError(
    'ERR_CONFIG',
    `There is no C++ compiler that runs (looked for ${looked}). Install one (Debian: \`apt-get install g++\`, Fedora: ` +
      '`dnf install gcc-c++`), or name it by the environment variable `CXX`.',
  );
}

/** Folders that an addon is compiled from and into. */
export interface AddonFolders {
  /** The package, with `binding/`. */
  readonly packageFolder: string;
  /** Has `deps/`; gets `lib/`. */
  readonly staging: string;
  readonly headers: string;
}

/** File of the addon below the package, where `@mapbox/node-pre-gyp` looks for it. */
export const addonFile = 'lib/napi-v8/tfjs_binding.node';

/** Sources that are compiled into the addon beside those of the package, by their names in the staging folder. */
const ownSources: Readonly<Record<string, string>> = {
  [keepFreedMemoryFile]: keepFreedMemory,
  [logLevelFile]: logLevel,
};

/** The command that compiles the addon against the libraries in `deps/`, which it finds again beside itself. */
export function compileCommand(
  { command }: Compiler,
  { packageFolder, staging, headers }: AddonFolders,
): readonly string[] {
  const deps = path.join(staging, 'deps');
  const sources = ['tfjs_backend.cc', 'tfjs_binding.cc'];
  const options = '-shared -fPIC -O2 -std=c++17 -pthread -DNAPI_VERSION=8'.split(' ');
  const files = [
    ...sources.map((name) => path.join(packageFolder, 'binding', name)),
    ...Object.keys(ownSources).map((name) => path.join(staging, name)),
    ...libraries.map((name) => path.join(deps, 'lib', name)),
  ];
  const includes = [`-I${headers}`, `-I${path.join(deps, 'include')}`];
  const linking = ['-Wl,-rpath,$ORIGIN/../../deps/lib', '-o', path.join(staging, addonFile)];
  return [...command, ...options, ...includes, ...files, ...linking];
}

/**
 * Compiles the addon into the staging folder.
 *
 * @throws {PipelineError} `ERR_ENGINE` with what the compiler said.
 */
export async function compileAddon(
  compiler: Compiler,
  folders: AddonFolders,
  options: Pick<RunProgramOptions, 'env' | 'signal'>,
): Promise<void> {
  await fs.mkdir(path.dirname(path.join(folders.staging, addonFile)), { recursive: true });
  for (const [name, source] of Object.entries(ownSources)) {
    await fs.writeFile(path.join(folders.staging, name), source);
  }
  const { isDone, exit, stderr } = await runProgram(compileCommand(compiler, folders), options);
  if (isDone) return;
  throw new PipelineError(
    'ERR_ENGINE',
    `The addon could not be compiled: \`${compiler.command.join(' ')}\` (${compiler.version}) ended with \`${exit}\`:\n` +
      `${lastLines(stderr, 12)}\nAnother compiler is named by the environment variable \`CXX\`.`,
  );
}
