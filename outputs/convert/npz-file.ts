import { crc32 } from 'node:zlib';
import { openPartialFile } from '../../operators/files/partial-file.ts';
import type { ArrowSource } from './arrow-source.ts';
import type { ConversionReport, NotedConversion } from './conversion.ts';
import { arrayPlans } from './npy-arrays.ts';
import { writeArrays } from './npy-writing.ts';
import { centralDirectory, localHeader, localHeaderBytes } from './stored-zip.ts';

/**
 * Writes rows as one `.npz` archive of NumPy, an array for each column. It appears when it is complete.
 *
 * `np.load(file)` reads it without `allow_pickle`; our own verbs take it for vectors. It is not compressed: vectors hardly
 * are smaller then. The rows are read twice, first for the lengths of texts; memory is a batch.
 *
 * @param file Its folder must exist.
 * @param source Borrowed: the caller closes it.
 * @throws {PipelineError} `ERR_FORMAT` for a column that has no array, `ERR_WRITE`; and whatever reading throws.
 * @throws The reason of `signal`; nothing is left behind then.
 * @example
 * ```ts
 * const source = await openArrowSource('runs/a/test');
 * await writeNpz('test.npz', source);
 * await source.close();
 * ```
 */
export async function writeNpz(
  file: string,
  source: ArrowSource,
  options: NotedConversion = {},
): Promise<ConversionReport> {
  const { signal, onNote } = options;
  const { arrays, notes } = await arrayPlans(source, signal);
  let end = 0;
  const members = arrays.map(({ name, bytes }) => {
    const member = { name: `${name}.npy`, bytes, crc32: 0, offset: end };
    end += localHeaderBytes(member.name) + bytes;
    return member;
  });
  const sink = await openPartialFile(file);
  try {
    const place = async (array: number, bytes: Uint8Array, at: number): Promise<void> => {
      const member = members[array]!;
      member.crc32 = crc32(bytes, member.crc32);
      await sink.write([bytes], member.offset + localHeaderBytes(member.name) + at);
    };
    const rows = await writeArrays(source, arrays, place, options);
    for (const member of members) await sink.write([localHeader(member)], member.offset);
    const directory = centralDirectory(members, end);
    await sink.write([directory], end);
    signal?.throwIfAborted();
    for (const note of notes) onNote?.(note);
    await sink.commit(end + directory.byteLength);
    return { path: file, rows, bytes: end + directory.byteLength };
  } catch (error) {
    await sink.discard();
    throw error;
  }
}
