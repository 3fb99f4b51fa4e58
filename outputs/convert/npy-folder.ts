import fs from 'node:fs/promises';
import path from 'node:path';
import { writeAll } from '../../operators/files/partial-file.ts';
import { type IsOwnFile, openPartialFolder } from '../../operators/files/partial-folder.ts';
import { writeError } from '../../operators/files/write-error.ts';
import type { ArrowSource } from './arrow-source.ts';
import type { ConversionReport, NotedConversion } from './conversion.ts';
import { arrayPlans } from './npy-arrays.ts';
import { writeArrays } from './npy-writing.ts';

/** Files of such a folder. */
export const isNpyFile: IsOwnFile = (name) => name.endsWith('.npy');

/**
 * Writes rows as a folder of `.npy` files of NumPy, one for each column. It appears when it is complete.
 *
 * `np.load(file, mmap_mode='r')` opens one of any size at once. See `writeNpz`.
 *
 * @param folder The folder above it must exist. One that holds other files is refused.
 * @param source Borrowed: the caller closes it.
 * @throws {PipelineError} `ERR_FORMAT` for a column that has no array, `ERR_WRITE`; and whatever reading throws.
 * @throws The reason of `signal`; nothing is left behind then.
 */
export async function writeNpyFolder(
  folder: string,
  source: ArrowSource,
  options: NotedConversion = {},
): Promise<ConversionReport> {
  const { signal, onNote } = options;
  const { arrays, notes } = await arrayPlans(source, signal);
  const partial = await openPartialFolder(folder, isNpyFile);
  const handles: fs.FileHandle[] = [];
  try {
    for (const { name } of arrays) {
      handles.push(await fs.open(path.join(partial.temporary, `${name}.npy`), 'wx'));
    }
    const place = async (array: number, bytes: Uint8Array, at: number): Promise<void> =>
      await writeAll(handles[array]!, [bytes], at).catch((error: unknown) => {
        throw writeError(folder, error);
      });
    const rows = await writeArrays(source, arrays, place, options);
    await closeAll(handles);
    signal?.throwIfAborted();
    for (const note of notes) onNote?.(note);
    const { bytes } = await partial.commit();
    return { path: folder, rows, bytes };
  } catch (error) {
    await closeAll(handles);
    await partial.discard();
    throw error;
  }
}

async function closeAll(handles: fs.FileHandle[]): Promise<void> {
  for (const handle of handles.splice(0)) await handle.close();
}
