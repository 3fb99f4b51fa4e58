import { Field, type Schema } from 'apache-arrow';
import type { BatchMessage } from '../../operators/arrow/arrow-messages.ts';

/**
 * Columns that a message holds: those of the schema, or the values of one of its dictionaries.
 *
 * @throws {Error} When the schema has no such dictionary.
 */
export function fieldsOf(schema: Schema, message: BatchMessage): readonly Field[] {
  if (message.kind === 'batch') return schema.fields;
  const type = schema.dictionaries.get(message.id);
  if (type === undefined) throw new Error(`no column has the dictionary ${message.id}`);
  return [new Field(`dictionary ${message.id}`, type, true)];
}
