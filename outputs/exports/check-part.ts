import fs from 'node:fs/promises';
import path from 'node:path';
import { messageOf, PipelineError } from '../../operators/errors.ts';
import { indexName } from '../../operators/prepared-format.ts';
import { hashFile } from '../../operators/files/hash-file.ts';
import { isMissing } from '../../operators/files/system-error.ts';
import type { ExportWords } from './export-kind.ts';
import type { ExportPart } from './export-manifest.ts';
import { capital } from './export-refusals.ts';

/** The way out of an error: a sentence for the end of its message, and the options that it names. */
export interface WayOut {
  readonly text: string;
  readonly options?: readonly string[] | undefined;
}

/** The way out of a part of an export of vectors: there is no other than to make all of it again. */
const exportAnew: WayOut = { text: 'Export into another folder.' };

/** The way out of a damaged part of any kind. */
export function makeAnew({ make }: Pick<ExportWords, 'make'>): WayOut {
  return { text: `${capital(make)} into another folder.` };
}

/** A part as far as it is checked. */
export type CheckedPart = Pick<ExportPart, 'file' | 'bytes' | 'sha256' | 'index'>;

/**
 * Checks that a part, and the file beside it where there is one, is what the manifest says.
 *
 * @param folder Folder of the part.
 * @param wayOut Of a damaged part. @default to export into another folder
 * @throws {PipelineError} `ERR_FORMAT`, naming the file.
 */
export async function checkPart(
  folder: string,
  part: CheckedPart,
  verify: 'size' | 'hash',
  wayOut: WayOut = exportAnew,
): Promise<void> {
  for (const { file, ...expected } of filesOf(part)) {
    await checkFile(path.join(folder, file), expected, verify, wayOut);
  }
}

/** Files of a part with their sizes and hashes. */
export function filesOf({ file, bytes, sha256, index }: CheckedPart): readonly CheckedFile[] {
  const own = { file, bytes, sha256 };
  return index === undefined ? [own] : [own, { file: indexName(file), ...index }];
}

type CheckedFile = Pick<ExportPart, 'file' | 'bytes' | 'sha256'>;

async function checkFile(
  file: string,
  { bytes, sha256 }: Omit<CheckedFile, 'file'>,
  verify: 'size' | 'hash',
  wayOut: WayOut,
): Promise<void> {
  const stat = await fs.stat(file).catch((error: unknown) => {
    if (isMissing(error)) throw damagedPart(file, 'it is missing', { wayOut });
    throw damagedPart(file, messageOf(error), { wayOut, cause: error });
  });
  if (stat.size !== bytes) {
    const why = `the manifest says ${bytes} bytes, it has ${stat.size}`;
    throw damagedPart(file, why, { wayOut });
  }
  if (verify === 'hash' && (await hashFile(file)) !== sha256) {
    throw damagedPart(file, 'its SHA-256 is not the one in the manifest', { wayOut });
  }
}

/** Error of a part that cannot be used. */
export function damagedPart(
  file: string,
  why: string,
  { wayOut = exportAnew, cause }: { readonly wayOut?: WayOut; readonly cause?: unknown } = {},
): PipelineError {
  const message = `\`${file}\` is damaged: ${why}. ${wayOut.text}`;
  return new PipelineError('ERR_FORMAT', message, { path: file, options: wayOut.options, cause });
}
