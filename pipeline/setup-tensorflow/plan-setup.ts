import { PipelineError } from '../../operators/errors.ts';
import { shownNames } from '../../operators/message-words.ts';
import type { ChosenSetup } from './choose-setup.ts';
import { type Compiler, findCompiler } from './compile-addon.ts';
import { checkSpace, type SpaceNeed } from './disk-space.ts';
import { findPip, type Pip } from './find-pip.ts';
import { nodeHeaders } from './node-headers.ts';
import { downloadArguments } from './fetch-wheel.ts';
import type { PinnedWheel } from './pinned-wheels.ts';
import type { RunProgramOptions } from './run-program.ts';
import type { SetupContext } from './setup-context.ts';
import { wheelCache } from './wheel-cache.ts';
import { wheelSources, type WheelSource } from './wheel-sources.ts';

/** A setup, with everything that it needs of the system. */
export interface SetupPlan extends ChosenSetup {
  readonly sources: readonly WheelSource[];
  readonly cache: string;
  /** Undefined when nothing is to be downloaded. */
  readonly pip: Pip | undefined;
  readonly compiler: Compiler;
  /** Folder with the headers of Node. */
  readonly headers: string;
  /** Bytes that are unpacked. */
  readonly bytes: number;
}

/** Room for the addon, and for what the compiler keeps on its way. */
const addonBytes = 20_000_000;

/**
 * Plans a setup: where each wheel comes from, and which programs of the user are used. Nothing is written.
 *
 * @throws {PipelineError} `ERR_CONFIG` for what the system lacks, with the way to get it; `ERR_WRITE` for a full disk.
 */
export async function planSetup(
  chosen: ChosenSetup,
  { signal, tools }: SetupContext,
): Promise<SetupPlan> {
  const options = { env: tools.env, signal };
  const { variant, machine, given, home } = chosen;
  const compiler = await findCompiler(options);
  const headers = nodeHeaders(tools.env);
  const cache = wheelCache(tools.env);
  const instead = machine === 'x64' ? tools.wheelsOf('cuda', machine)[0] : undefined;
  const needed = tools.wheelsOf(variant, machine);
  const sources = await wheelSources(needed, { given, cache, instead });
  const missing = sources.flatMap(({ wheel, from }) => (from === 'download' ? [wheel] : []));
  const pip = missing.length === 0 ? undefined : await requirePip(missing, options);
  const bytes = sources.reduce((sum, { wheel }) => sum + wheel.unpackedBytes, addonBytes);
  await checkSpace([{ folder: home.modules, bytes }, spaceOfDownloads(cache, missing)]);
  return { ...chosen, sources, cache, pip, compiler, headers, bytes };
}

/** pip copies what it has downloaded, one wheel at a time. */
function spaceOfDownloads(folder: string, wheels: readonly PinnedWheel[]): SpaceNeed {
  const sizes = wheels.map(({ bytes }) => bytes);
  const all = sizes.reduce((sum, bytes) => sum + bytes, 0);
  return { folder, bytes: all + Math.max(0, ...sizes) };
}

async function requirePip(
  missing: readonly PinnedWheel[],
  options: Pick<RunProgramOptions, 'env' | 'signal'>,
): Promise<Pip> {
  const pip = await findPip(options);
  if (pip !== undefined) return pip;
  const [first] = missing;
  const names = missing.map(({ project, version }) => `${project}==${version}`);
  throw new PipelineError(
    'ERR_CONFIG',
    `There is no pip here to download ${shownNames(names)}. Install it (Debian: \`apt-get install python3-pip\`), or ` +
      'download on another machine, such as by ' +
      `\`pip ${downloadArguments(first!, '.').join(' ')}\`, and name the files by \`wheel\`.`,
    { options: ['wheel'] },
  );
}
