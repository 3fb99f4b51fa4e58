import path from 'node:path';
import { PipelineError } from '../../operators/errors.ts';
import type { RecordedFile } from './setup-record.ts';
import type { WheelFile } from './wheel-file.ts';
import { nvidiaMembers, type PlacedMember, tensorflowMembers } from './wheel-places.ts';

/** Options of unpacking. */
export interface UnpackOptions {
  readonly signal: AbortSignal;
  /** Called with the length of each piece that was written. */
  readonly onBytes: (bytes: number) => void;
}

/**
 * Unpacks what is needed of a wheel below a folder, each file checked against the wheel's record.
 *
 * @param folder Gets `deps/`; the files in it must be free.
 * @returns Files by their path below `folder`.
 * @throws {PipelineError} `ERR_FORMAT` when the wheel is damaged, or lacks something.
 */
export async function unpackWheel(
  wheel: WheelFile,
  folder: string,
  options: UnpackOptions,
): Promise<Readonly<Record<string, RecordedFile>>> {
  const files: Record<string, RecordedFile> = {};
  for (const { member, to } of neededMembers(wheel)) {
    const name = `deps/${to}`;
    const sha256 = await wheel.unpack(member, path.join(folder, name), options);
    files[name] = { bytes: member.bytes, sha256 };
  }
  return files;
}

/**
 * Members of a wheel that are needed, with their places.
 *
 * @throws {PipelineError} `ERR_FORMAT` when it lacks one.
 */
export function neededMembers(wheel: WheelFile): readonly PlacedMember[] {
  if (!wheel.project.startsWith('tensorflow')) return nvidiaMembers(wheel);
  return Array.from(tensorflowMembers(wheel), ([to, member]) => {
    if (member !== undefined) return { member, to };
    const message = `\`${wheel.path}\` lacks what goes to \`deps/${to}\`: give the wheel that PyPI has.`;
    throw new PipelineError('ERR_FORMAT', message, { path: wheel.path, options: ['wheel'] });
  });
}
