import type { Preparation, PreparedBatch } from '../../operators/types.ts';
import { type ExportFolderOptions, openExportFolder } from '../exports/export-folder.ts';
import type { ExportedDataset } from '../exports/export-identity.ts';
import type { ExportFolder } from '../exports/export-writer.ts';
import { preparedExport, preparedIdentity } from './prepared-manifest.ts';
import { preparedPartOpener } from './prepared-part.ts';
import { indexedRows } from './indexed-rows.ts';

/** Subject of a preparation, and the piece of it to make. A folder of another subject is refused. */
export interface PreparedFolderOptions extends ExportFolderOptions {
  readonly dataset: ExportedDataset;
  readonly preparation: Preparation;
}

/** A prepared dataset being written. */
export type PreparedFolder = ExportFolder<PreparedBatch>;

/**
 * Folder of a prepared dataset, opened for writing.
 *
 * ```
 * part-00000.arrow        positions 0 to 4095: a row for each usable image, in dataset order
 * part-00000.index.json   where each of them lies in that file
 * quarantine.arrow        the others
 * manifest.json           what this is, and the finished parts
 * ```
 *
 * See `openExportFolder` for parts, interruptions and shards. Memory: a record batch of 8 MiB or one image, and the index
 * of one part.
 *
 * @returns To be closed by the caller, however it ends.
 * @throws {PipelineError} `ERR_CONFIG` when the folder holds something else, naming what differs;
 * `ERR_FORMAT` when it is damaged; `ERR_LOCKED`; `ERR_WRITE`.
 */
export async function openPreparedFolder(
  folder: string,
  options: PreparedFolderOptions,
): Promise<PreparedFolder> {
  const { dataset, preparation } = options;
  return await openExportFolder(
    folder,
    {
      kind: preparedExport,
      dataset,
      identity: (fingerprint) => preparedIdentity(dataset, preparation, fingerprint),
      parts: (manifest, token) => ({
        openPart: preparedPartOpener(folder, manifest, token),
        blocks: (part) => indexedRows(folder, part),
      }),
    },
    options,
  );
}
