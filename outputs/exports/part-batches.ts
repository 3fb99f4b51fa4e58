import type { RecordBatch, Schema } from 'apache-arrow';
import { openArrowReader } from '../arrow/read-arrow-file.ts';
import { damagedPart } from './check-part.ts';

/**
 * The record batches of a part, one in memory at a time.
 *
 * @param schema Columns of the export.
 * @throws {PipelineError} `ERR_FORMAT` when the part is damaged, or has other columns.
 */
export async function* partBatches(
  file: string,
  schema: Schema,
): AsyncGenerator<RecordBatch, void, undefined> {
  const reader = await openArrowReader(file);
  try {
    if (columnsOf(schema) !== columnsOf(reader.schema)) {
      throw damagedPart(file, 'its columns are not those of the export');
    }
    for (let index = 0; index < reader.batches; index += 1) yield await reader.batch(index);
  } finally {
    await reader.close();
  }
}

// Arrow's own comparison tells a dictionary that was read from one that was made.
function columnsOf({ fields }: Schema): string {
  return fields.map(({ name, type, nullable }) => `${name}: ${type} ${nullable}`).join();
}
