import { PipelineError } from '../../operators/errors.ts';
import { counted } from '../../operators/message-words.ts';
import type { ArrowSource } from './arrow-source.ts';
import type { ConversionOptions } from './conversion.ts';
import type { ArrayPlan } from './npy-arrays.ts';

/** Rows that are turned into elements at once. */
const rowsAtOnce = 1024;

/** Where the bytes of arrays go: those of array `array` from byte `at` of it on. */
export type PlaceBytes = (array: number, bytes: Uint8Array, at: number) => Promise<void>;

/**
 * Writes the arrays of a source in one pass over its rows, all of them side by side.
 *
 * @returns Rows that were written.
 * @throws {PipelineError} `ERR_FORMAT` when the rows are not as many as the arrays are laid out for.
 */
export async function writeArrays(
  source: ArrowSource,
  arrays: readonly ArrayPlan[],
  place: PlaceBytes,
  { signal, onRows }: ConversionOptions,
): Promise<number> {
  const ends = arrays.map(() => 0);
  const append = async (array: number, bytes: Uint8Array): Promise<void> => {
    await place(array, bytes, ends[array]!);
    ends[array]! += bytes.byteLength;
  };
  for (const [array, { header }] of arrays.entries()) await append(array, header);
  let rows = 0;
  for await (const batch of source.read()) {
    for (let from = 0; from < batch.numRows; from += rowsAtOnce) {
      signal?.throwIfAborted();
      const to = Math.min(from + rowsAtOnce, batch.numRows);
      for (const [array, { encode }] of arrays.entries()) {
        await append(array, encode(batch, from, to));
      }
    }
    rows += batch.numRows;
    onRows?.(rows);
  }
  if (arrays.some(({ bytes }, array) => bytes !== ends[array])) throw otherRows(source, rows);
  return rows;
}

function otherRows({ path, rows: expected }: ArrowSource, rows: number): PipelineError {
  return new PipelineError(
    'ERR_FORMAT',
    `Expected \`${path}\` to hold ${counted(expected, 'row')}, got ${counted(rows)}: it has changed meanwhile.`,
    { path },
  );
}
