import { readArrowMessage } from '../../operators/arrow/arrow-messages.ts';

/** Key under which Arrow's writers of Parquet keep the schema that they wrote. */
const arrowSchema = 'ARROW:schema';

/**
 * Texts that a schema carries: those of Parquet, and those of the Arrow schema inside it, which come second.
 *
 * An Arrow schema that is damaged says nothing; columns are read by Parquet's own.
 */
export async function schemaMetadata(
  own: ReadonlyMap<string, string>,
): Promise<ReadonlyMap<string, string>> {
  const encoded = own.get(arrowSchema);
  if (encoded === undefined || own.has('huggingface')) return own;
  const message = Buffer.from(encoded, 'base64');
  const window = {
    size: message.length,
    bytes: (position: number, length: number) =>
      Promise.resolve(message.subarray(position, position + length)),
  };
  const read = await readArrowMessage(window, 0);
  if (typeof read === 'string' || read.kind !== 'schema') return own;
  return new Map([...read.schema.metadata, ...own]);
}
