import fs from 'node:fs/promises';
import path from 'node:path';
import { PipelineError } from '../../operators/errors.ts';
import { shownNames } from '../../operators/message-words.ts';
import { statGiven } from '../../operators/files/stat-of.ts';
import type { PinnedWheel } from './pinned-wheels.ts';
import { openWheel, type WheelFile } from './wheel-file.ts';

/** Wheels that were given, by the project on PyPI. */
export type GivenWheels = ReadonlyMap<string, WheelFile>;

/** Tags of platforms by processor, all of glibc. */
const platformOf = {
  x64: /^(?:many)?linux\w*_x86_64$/u,
  arm64: /^(?:many)?linux\w*_aarch64$/u,
} as const;

/**
 * Opens the wheels that somebody gave, as files or as folders that hold them, and checks that each is one that is
 * needed. In a folder those that are not are passed over.
 *
 * @param needed Wheels that can be used, each project once.
 * @param keep Called with each wheel that was opened, so that it is closed whatever happens.
 * @throws {PipelineError} `ERR_FORMAT` for a damaged wheel, and one of another project, version or platform; `ERR_READ`.
 */
export async function openGivenWheels(
  paths: readonly string[],
  needed: readonly PinnedWheel[],
  keep: (wheel: WheelFile) => void,
): Promise<GivenWheels> {
  const found = new Map<string, WheelFile>();
  for (const given of paths.map((one) => path.resolve(one))) {
    const stat = await statGiven(given);
    const files = stat.isDirectory() ? await wheelsIn(given, needed) : [given];
    for (const file of files) {
      const wheel = await openWheel(file);
      keep(wheel);
      checkWheel(wheel, needed);
      found.set(wheel.project, wheel);
    }
  }
  return found;
}

async function wheelsIn(
  folder: string,
  needed: readonly PinnedWheel[],
): Promise<readonly string[]> {
  const names = await fs.readdir(folder);
  const begins = needed.map(({ project }) => `${project.replaceAll('-', '_')}-`);
  const files = names.filter(
    (name) => name.endsWith('.whl') && begins.some((begin) => name.startsWith(begin)),
  );
  if (files.length > 0) return files.sort().map((name) => path.join(folder, name));
  const wanted = shownNames(needed.map(({ project, version }) => `${project}-${version}`));
  throw new PipelineError(
    'ERR_READ',
    `The folder \`${folder}\` of \`wheel\` holds no wheel that is needed: ${wanted}.`,
    { path: folder, options: ['wheel'] },
  );
}

/**
 * Checks that a wheel is one of those that are needed.
 *
 * @throws {PipelineError} `ERR_FORMAT`, naming what it is, and what is needed.
 */
export function checkWheel(wheel: WheelFile, needed: readonly PinnedWheel[]): void {
  const { path: file, project, version, platforms } = wheel;
  const wanted = needed.find((one) => one.project === project);
  const refuse = (is: string): PipelineError => {
    const names = wanted === undefined ? needed : [wanted];
    const expected = names.map((one) => `${one.project}==${one.version}`);
    const machine = names[0]?.machine ?? '';
    return new PipelineError(
      'ERR_FORMAT',
      `\`${file}\` is ${is}; \`wheel\` takes ${shownNames(expected)} for Linux on ${machine}.`,
      { path: file, options: ['wheel'] },
    );
  };
  if (wanted === undefined) throw refuse(`the wheel of \`${project}\` \`${version}\``);
  if (version !== wanted.version) throw refuse(`version \`${version}\` of \`${project}\``);
  if (!platforms.some((platform) => platformOf[wanted.machine].test(platform))) {
    throw refuse(`the wheel of \`${project}\` for \`${platforms.join(', ')}\``);
  }
}
