import { createHash } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import type { SetupTools } from '../../pipeline/setup-tensorflow/setup-context.ts';
import type { PinnedWheel } from '../../pipeline/setup-tensorflow/pinned-wheels.ts';
import { wheelBytes } from './fake-wheel.ts';

/** A project with a package to set up, in a folder of its own, and programs that are scripts. */
export interface FakeProject {
  readonly folder: string;
  readonly packageFolder: string;
  readonly bin: string;
  readonly cache: string;
  readonly tools: SetupTools;
}

/** A compiler that writes what an addon stands for. */
const compiler = `#!/bin/sh
if [ "$1" = --version ]; then echo 'fake c++ 1.0'; exit 0; fi
while [ "$1" != -o ]; do shift; done
echo addon > "$2"
`;

/** A pip whose index is the folder beside it; \`fetched\` gets a line for each call. */
const pip = (bin: string): string => `#!/bin/sh
if [ "$3" = --version ]; then echo 'pip 1.2 from nowhere'; exit 0; fi
echo "$*" >> '${bin}/fetched'
while [ "$1" != --dest ]; do shift; done
cp '${bin}/index/'*.whl "$2" 2>/dev/null && exit 0
echo 'ERROR: no such wheel' >&2; exit 1
`;

/** Makes one that is installed, with a compiler and a pip. */
export async function fakeProject(folder: string): Promise<FakeProject> {
  const modules = path.join(folder, 'node_modules', '@tensorflow');
  const packageFolder = path.join(modules, 'tfjs-node-gpu');
  const bin = path.join(folder, 'bin');
  const cache = path.join(folder, 'cache');
  for (const made of ['dist', 'binding']) {
    await fs.mkdir(path.join(packageFolder, made), { recursive: true });
  }
  await writePackage(packageFolder);
  await fs.mkdir(path.join(modules, 'tfjs'));
  await fs.writeFile(path.join(modules, 'tfjs', 'package.json'), '{"version": "4.22.0"}');
  await fs.mkdir(path.join(folder, 'node', 'include', 'node'), { recursive: true });
  await fs.writeFile(path.join(folder, 'node', 'include', 'node', 'node_api.h'), '');
  await fs.mkdir(path.join(bin, 'index'), { recursive: true });
  await script(bin, 'c++', compiler);
  await script(bin, 'python3', pip(bin));
  return { folder, packageFolder, bin, cache, tools: fakeTools(folder, bin, cache) };
}

/** Writes what npm installs of the package. */
export async function writePackage(packageFolder: string): Promise<void> {
  await fs.mkdir(path.join(packageFolder, 'dist'), { recursive: true });
  await fs.writeFile(path.join(packageFolder, 'package.json'), '{"version": "4.22.0"}');
  await fs.writeFile(path.join(packageFolder, 'dist', 'index.js'), '');
}

/** Writes a program of the shell. */
export async function script(bin: string, name: string, text: string): Promise<void> {
  await fs.writeFile(path.join(bin, name), text, { mode: 0o755 });
}

const loader = { builtForCuda: false, lacksCuda: false, complaints: [] } as const;

function fakeTools(from: string, bin: string, cache: string): SetupTools {
  return {
    from,
    // The shell's own `cp` and `mkdir` are those of the system.
    env: {
      PATH: `${bin}:/usr/bin:/bin`,
      XDG_CACHE_HOME: cache,
      npm_config_nodedir: path.join(from, 'node'),
    },
    system: () => ({ platform: 'linux', arch: 'x64', glibc: '2.36' }),
    findDriver: async () => undefined,
    wheelsOf: (variant) => [fakePinned(variant === 'cpu' ? 'tensorflow-cpu' : 'tensorflow')],
    probe: async () => ({ version: '4.22.0', library: '2.21.0', usesGpu: false, loader }),
  };
}

/** The small wheel, as if PyPI had it. */
export function fakePinned(project: string): PinnedWheel {
  const bytes = wheelBytes({ project: project.replaceAll('-', '_') });
  return {
    project,
    version: '2.21.0',
    machine: 'x64',
    license: 'Apache-2.0',
    platform: 'manylinux_2_27_x86_64',
    bytes: bytes.length,
    unpackedBytes: 200_000,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  };
}
