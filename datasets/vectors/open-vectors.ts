import { chosenTable } from './chosen-table.ts';
import { collectVectors } from './collect-vectors.ts';
import type { FoundVectors, OpenVectorsOptions } from './found-vectors.ts';
import { openVectorSource } from './open-vector-source.ts';
import { vectorLocation } from './vector-location.ts';

/**
 * Opens a file of vectors of anyone: Arrow, Parquet, `.npy`, `.npz`, CSV or TSV, told by its content.
 *
 * `FILE?id=COLUMN&label=COLUMN&vector=COLUMN`, with `?` or `#`, names columns; those that are not named are guessed where it is
 * plain, and told in `notes`. The file is a path, or a URL of `https://` or `s3://`.
 * A folder of Arrow or Parquet files, names in braces, and a pattern with `*` are one table, whose parts have the same columns.
 *
 * It is read once, whole. Memory: ids and labels, `memoryBytes` of vectors, and some MiB; other vectors go to a nameless file in
 * the folder for temporary files, or stay in a `.npy` file of float32 on a disk. The same vectors give the same hashes, classes
 * and labels in any format.
 *
 * @returns Owned by the caller, who closes it.
 * @throws {PipelineError} `ERR_FORMAT`, naming the file and the way out, when it is damaged, its columns are not plain, an id
 * is there twice, a vector has another length than those before it, or no row can be used; `ERR_WRITE` when there is no room
 * for vectors.
 * @throws The reason of the signal when it aborts.
 * @example
 * ```ts
 * const set = await openVectors('faces.parquet?label=person', {});
 * console.log(set.count, set.dim, set.classes, set.notes);
 * await set.close();
 * ```
 */
export async function openVectors(
  location: string,
  options: OpenVectorsOptions = {},
): Promise<FoundVectors> {
  const { by, signal } = options;
  const { file, columns } = vectorLocation(location);
  const source = await openVectorSource(file, signal);
  const { table, chosen } = await chosenTable(source, { ...columns, by }, signal);
  return await collectVectors(table, chosen, { ...options, inPlace: source.inPlace });
}
