import { PipelineError } from '../../operators/errors.ts';
import { isOlderVersion } from '../../operators/older-version.ts';
import type { Machine, TensorflowVariant } from './pinned-wheels.ts';

/** The system that libraries are set up for. */
export interface SystemFacts {
  /** As in `process`. */
  readonly platform: string;
  readonly arch: string;
  /** Version of glibc, such as `2.36`; undefined where there is another C library, such as musl. */
  readonly glibc: string | undefined;
}

/** Oldest glibc that the wheels run on, by their platform tag. */
const oldestGlibc = '2.27';

/** Facts of the system that this process runs on. */
export function thisSystem(): SystemFacts {
  const { platform, arch } = process;
  if (platform !== 'linux') return { platform, arch, glibc: undefined };
  // Its type says `object`; the field is documented for Linux.
  const { header } = process.report.getReport() as {
    readonly header: { readonly glibcVersionRuntime?: string };
  };
  return { platform, arch, glibc: header.glibcVersionRuntime };
}

/**
 * Checks that there are wheels for a system.
 *
 * @throws {PipelineError} `ERR_CONFIG`, naming what it is and the way out.
 */
export function checkMachine(
  { platform, arch, glibc }: SystemFacts,
  variant: TensorflowVariant,
): Machine {
  const on = 'use `engine: onnx`, which runs here';
  if (platform !== 'linux') {
    const wsl = platform === 'win32' ? ', or run it in WSL 2' : '';
    throw refused(
      `\`${platform}\` has no wheel of TensorFlow with the libraries that are needed: ${on}${wsl}`,
    );
  }
  if (glibc === undefined) {
    throw refused(
      `this Linux has another C library than glibc, such as musl on Alpine: use a distribution with glibc ${oldestGlibc} or later, such as Debian, or ${on}`,
    );
  }
  if (isOlderVersion(glibc, oldestGlibc)) {
    throw refused(
      `its glibc is \`${glibc}\`, and TensorFlow wants ${oldestGlibc} or later: use a newer distribution, or ${on}`,
    );
  }
  if (arch !== 'x64' && arch !== 'arm64') {
    throw refused(`there is no wheel of TensorFlow for \`${arch}\`, only for x64 and arm64: ${on}`);
  }
  if (arch === 'arm64' && variant === 'cuda') {
    throw refused(
      'TensorFlow for `arm64` computes on the processor only: leave out `cuda: true`, or use `engine: onnx`',
    );
  }
  return arch;
}

function refused(why: string): PipelineError {
  return new PipelineError('ERR_CONFIG', `TensorFlow cannot be set up here: ${why}.`, {
    options: ['engine', 'cuda'],
  });
}
