import { openArrowStream } from '../../outputs/arrow/read-arrow-stream.ts';

/** Rows of a log in order, each by the names of its columns, as any reader of Arrow streams finds them. */
export async function* readLogRows(
  filePath: string,
): AsyncGenerator<Readonly<Record<string, number>>, void, undefined> {
  const reader = await openArrowStream(filePath);
  try {
    for await (const batch of reader.read()) {
      for (let at = 0; at < batch.numRows; at += 1) {
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
