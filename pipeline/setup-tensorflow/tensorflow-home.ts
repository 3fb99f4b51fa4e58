import { existsSync } from 'node:fs';
import path from 'node:path';
import { PipelineError } from '../../operators/errors.ts';
import { tensorflowPackage } from '../../operators/engine/tensorflow/tensorflow-package.ts';
import { readJsonObject } from '../../operators/files/json.ts';
import { lastLines, runProgram, type RunProgramOptions } from './run-program.ts';

/** Version of the package whose addon is compiled, that of TensorFlow.js. */
export const packageVersion = '4.22.0';

/** Place of the package, where it lies or is to lie. */
export interface TensorflowHome {
  /** Folder of the package. */
  readonly folder: string;
  /** The `node_modules` that it lies in. */
  readonly modules: string;
  readonly isInstalled: boolean;
}

/** TensorFlow.js, beside which its native package belongs: there must be one of it only. */
const neighbour = '@tensorflow/tfjs';

/**
 * Finds the package as Node does, in `node_modules` of the folders above; else the place for it, beside TensorFlow.js.
 *
 * @throws {PipelineError} `ERR_CONFIG` when it is there in another version.
 */
export async function findTensorflowHome(from: string): Promise<TensorflowHome> {
  const modules = modulesWith(from, tensorflowPackage);
  if (modules !== undefined) {
    const folder = path.join(modules, tensorflowPackage);
    await checkVersion(folder);
    return { folder, modules, isInstalled: true };
  }
  const beside = modulesWith(from, neighbour);
  if (beside !== undefined) {
    return { folder: path.join(beside, tensorflowPackage), modules: beside, isInstalled: false };
  }
  throw new PipelineError(
    'ERR_CONFIG',
    `There is no \`${neighbour}\` in any \`node_modules\` above \`${from}\`: run \`npm ci\`, or \`npm install\`, first.`,
    { path: from },
  );
}

/** The nearest `node_modules` that has a package. */
function modulesWith(from: string, name: string): string | undefined {
  for (let at = path.resolve(from); ; at = path.dirname(at)) {
    const modules = path.join(at, 'node_modules');
    if (existsSync(path.join(modules, name, 'package.json'))) return modules;
    if (path.dirname(at) === at) return undefined;
  }
}

async function checkVersion(folder: string): Promise<void> {
  const found = (await readJsonObject(path.join(folder, 'package.json')))?.['version'];
  if (found === packageVersion) return;
  throw new PipelineError(
    'ERR_CONFIG',
    `Expected \`${folder}\` to be version \`${packageVersion}\`, that of \`${neighbour}\`, got \`${String(found)}\`. ` +
      'Install the version that `sincere-embeddings` asks for.',
    { path: folder },
  );
}

/** The command that installs the package without its script, which would download another TensorFlow. */
export function installCommand(): readonly string[] {
  const quiet = ['--no-audit', '--no-fund'];
  const spec = `${tensorflowPackage}@${packageVersion}`;
  return ['npm', 'install', '--no-save', '--ignore-scripts', ...quiet, spec];
}

/**
 * Installs the package with the user's npm, beside TensorFlow.js. `package.json` and the lock file stay as they are.
 *
 * @throws {PipelineError} `ERR_CONFIG` where another package manager made `node_modules`, or npm fails.
 */
export async function installPackage(
  home: TensorflowHome,
  options: Pick<RunProgramOptions, 'env' | 'signal'>,
): Promise<void> {
  const root = path.dirname(home.modules);
  refuseOthers(home);
  const command = installCommand();
  const { isDone, exit, stderr } = await runProgram(command, { cwd: root, ...options });
  if (isDone && existsSync(path.join(home.folder, 'package.json'))) return;
  const why = exit === undefined ? 'there is no npm here' : `it ended with \`${exit}\``;
  throw new PipelineError(
    'ERR_CONFIG',
    `\`${command.join(' ')}\` in \`${root}\` did not install the package: ${why}.\n${lastLines(stderr)}`,
    { path: root },
  );
}

/** Files by which a folder says which package manager made its `node_modules`, with its way to add a package. */
const managers = {
  '.modules.yaml': 'pnpm add --ignore-scripts',
  '.yarn-state.yml': 'yarn add --mode=skip-build',
  '.yarn-integrity': 'yarn add --ignore-scripts',
} as const;

function refuseOthers({ modules }: TensorflowHome): void {
  const root = path.dirname(modules);
  const isPnpm = modules.includes(`${path.sep}.pnpm${path.sep}`);
  const found = isPnpm
    ? managers['.modules.yaml']
    : Object.entries(managers).find(([file]) => existsSync(path.join(modules, file)))?.[1];
  if (found === undefined) return;
  throw new PipelineError(
    'ERR_CONFIG',
    `\`${tensorflowPackage}\` is not installed, and \`${root}\` is not npm's. Run \`${found} ` +
      `${tensorflowPackage}@${packageVersion}\` in your project first.`,
    { path: root },
  );
}
