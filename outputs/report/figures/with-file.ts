import path from 'node:path';
import { isThere } from '../../../operators/files/system-error.ts';
import type { FoundFolder } from '../material/material.ts';
import type { ReportContext } from '../material/report-section.ts';

/** Folders that have a file. Of evaluations that earlier versions wrote one may be missing, which is told. */
export async function withFile<T extends FoundFolder>(
  folders: readonly T[],
  file: string,
  { note }: Pick<ReportContext, 'note'>,
): Promise<readonly T[]> {
  const found: T[] = [];
  for (const folder of folders) {
    if (await isThere(path.join(folder.path, file))) found.push(folder);
    else
      note(
        `${folder.name} has no ${file}, which later versions write: measure it again to see it here.`,
      );
  }
  return found;
}
