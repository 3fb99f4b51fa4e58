import { openArrowStream } from './read-arrow-stream.ts';

/**
 * Rows of a log in order, each by the names of its columns; the log may be open for appending.
 *
 * @param from Rows to leave out at the beginning. @default 0
 * @throws {PipelineError} `ERR_READ`, `ERR_FORMAT`.
 */
export async function* readLogRows(
  filePath: string,
  from = 0,
): AsyncGenerator<Readonly<Record<string, number>>, void, undefined> {
  const reader = await openArrowStream(filePath);
  try {
    let row = 0;
    for await (const batch of reader.read()) {
      for (let at = 0; at < batch.numRows; at += 1, row += 1) {
        if (row < from) continue;
        yield Object.fromEntries(
          batch.schema.fields.map(({ name }, column): [string, number] => [
            name,
            // Columns of a log are numbers that are never null.
            batch.getChildAt(column)!.get(at) as number,
          ]),
        );
      }
    }
  } finally {
    await reader.close();
  }
}
