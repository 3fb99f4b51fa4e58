import { CompressionType, Field, type Schema } from 'apache-arrow';
import type { ArrowMessage, BatchMessage } from '../../operators/arrow/arrow-messages.ts';
import { readArrowMessage } from '../../operators/arrow/arrow-messages.ts';
import { bigEndianReason } from '../../operators/arrow/byte-order.ts';
import { unreadType } from '../../operators/arrow/unread-type.ts';
import { checkLayout } from '../../operators/arrow/check-layout.ts';
import type { ByteRange } from '../store/object-store.ts';
import { type BatchBuffers, decodeRows, leafRanges, leafValues } from './arrow-cells.ts';
import { type ArrowColumn, arrowColumns, type LaidField, layOut } from './arrow-columns.ts';
import { arrowMagic, readArrowFooter } from './arrow-footer.ts';
import { type Codecs, loadCodecs } from './codecs.ts';
import type { ObjectBytes } from './object-bytes.ts';
import { checkDecodedSize, mostRows } from './row-bounds.ts';
import type { TableFile, TableValue } from './table-file.ts';
import { vectorRows } from './arrow-vectors.ts';

/** Cells of a record batch that are decoded together, which may have millions: 2^16. */
const cellsAtOnce = 2 ** 16;

/** Messages of an Arrow file or stream. */
interface ArrowParts {
  readonly schema: Schema;
  readonly batches: readonly BatchMessage[];
  /** Dictionaries, each with the number of batches before it. */
  readonly dictionaries: readonly { readonly before: number; readonly message: BatchMessage }[];
  /** True when a stream ends without saying so. */
  readonly isOpenEnded: boolean;
}

/**
 * Opens an Arrow file, which Feather 2 is as well, or an Arrow stream. The headers of all its messages are read.
 *
 * @throws {Error} When it is damaged: the message is the reason.
 */
export async function openArrow(source: ObjectBytes): Promise<TableFile> {
  const head = (await source.bytes(0, arrowMagic.length)).toString('latin1');
  const parts = head === arrowMagic ? await fileParts(source) : await streamParts(source);
  const { schema, batches, dictionaries } = parts;
  const columns = arrowColumns(schema.fields);
  for (const message of [...batches, ...dictionaries.map((one) => one.message)]) {
    checkLayout(fieldsOf(schema, message), message.layout, message.bodyBytes);
  }
  const groups = batches.map(({ rows }) => rows);
  const rows = groups.reduce((sum, one) => sum + one, 0);
  if (rows > mostRows(source.size)) throw new Error(`it cannot have ${rows} rows`);
  const open = batchOpener(source, parts);
  const isStored = batches.every(({ layout }) => layout.compression === null);
  return {
    format: 'arrow',
    columns,
    rows,
    groups,
    metadata: schema.metadata,
    isOpenEnded: parts.isOpenEnded,
    nulls: (group, column) => leafOf(open(group).fields, columns[column]!).nulls,
    size(group, column) {
      const { layout } = batches[group]!;
      const { buffers } = leafOf(open(group).fields, columns[column]!);
      const stored = buffers.reduce((sum, one) => sum + layout.buffers[one]!.length, 0);
      return { stored, decoded: stored };
    },
    async *pages(group, column, signal) {
      const { path, kind, type } = columns[column]!;
      if (kind === 'other') throw new Error(`its type, ${type}, is not read`);
      const { fields, buffers } = open(group, signal);
      const [first, ...further] = path;
      const field = fields[first!]!;
      for (let from = 0; from < groups[group]!; from += cellsAtOnce) {
        signal?.throwIfAborted();
        const window = { from, rows: Math.min(cellsAtOnce, groups[group]! - from) };
        const cells = await decodeRows<TableValue>(field, further, buffers, leafValues, window);
        yield { row: from, cells };
      }
    },
    async *vectors(group, column, length, signal) {
      const { path } = columns[column]!;
      const { fields, buffers } = open(group, signal);
      const [first, ...further] = path;
      yield* vectorRows(fields[first!]!, further, buffers, {
        rows: groups[group]!,
        length,
        signal,
      });
    },
    ...(isStored
      ? {
          async ranges(group, column, signal) {
            const { fields, buffers } = open(group, signal);
            const [first, ...further] = columns[column]!.path;
            return await decodeRows<ByteRange>(fields[first!]!, further, buffers, leafRanges);
          },
        }
      : {}),
  };
}

function leafOf(fields: readonly LaidField[], { path }: ArrowColumn): LaidField {
  const [first, ...further] = path;
  return further.reduce((field, at) => field.children[at]!, fields[first!]!);
}

/** Columns that a message holds: those of the schema, or the values of one of its dictionaries. */
function fieldsOf(schema: Schema, message: BatchMessage): readonly Field[] {
  if (message.kind === 'batch') return schema.fields;
  const type = schema.dictionaries.get(message.id);
  if (type === undefined) throw new Error(`no column has the dictionary ${message.id}`);
  return [new Field(`dictionary ${message.id}`, type, true)];
}

interface OpenBatch {
  readonly fields: readonly LaidField[];
  readonly buffers: BatchBuffers;
}

function batchOpener(
  source: ObjectBytes,
  { schema, batches, dictionaries }: ArrowParts,
): (group: number, signal?: AbortSignal) => OpenBatch {
  const decoded = new Map<BatchMessage, Promise<readonly (TableValue | null)[]>>();
  let codecs: Promise<Codecs> | undefined;
  const codec = async (): Promise<Codecs> => await (codecs ??= loadCodecs());
  const openMessage = (message: BatchMessage, group: number, signal?: AbortSignal): OpenBatch => ({
    fields: layOut(fieldsOf(schema, message), message.layout),
    buffers: {
      ...bodyBuffers(source, message, codec, signal),
      dictionary: async (id) => await dictionaryOf(id, group, signal),
    },
  });
  const entriesOf = async (
    message: BatchMessage,
    group: number,
    signal?: AbortSignal,
  ): Promise<readonly (TableValue | null)[]> => {
    const { fields, buffers } = openMessage(message, group, signal);
    return (await decodeRows(
      fields[0]!,
      [],
      buffers,
      leafValues,
    )) as readonly (TableValue | null)[];
  };
  const dictionaryOf = async (
    id: number,
    group: number,
    signal?: AbortSignal,
  ): Promise<readonly (TableValue | null)[]> => {
    const own = dictionaries.filter(
      ({ before, message }) =>
        before <= group && message.kind === 'dictionary' && message.id === id,
    );
    // The last one that is whole, and what was added to it.
    const from = own.findLastIndex(
      ({ message }) => message.kind === 'dictionary' && !message.isDelta,
    );
    if (from < 0) throw new Error(`its dictionary ${id} is missing`);
    const parts: (readonly (TableValue | null)[])[] = [];
    for (const { message } of own.slice(from)) {
      let entries = decoded.get(message);
      if (entries === undefined) {
        entries = entriesOf(message, group, signal);
        decoded.set(message, entries);
        entries.catch(() => decoded.delete(message));
      }
      parts.push(await entries);
    }
    return parts.length === 1 ? parts[0]! : parts.flat();
  };
  return (group, signal) => openMessage(batches[group]!, group, signal);
}

/** Buffers of the body of a message. One that is compressed is decoded once, and held as long as the message is read. */
function bodyBuffers(
  source: ObjectBytes,
  { layout, end, bodyBytes }: BatchMessage,
  codecs: () => Promise<Codecs>,
  signal: AbortSignal | undefined,
): Omit<BatchBuffers, 'dictionary'> {
  const body = end - bodyBytes;
  const compression = layout.compression as { readonly type: CompressionType } | null;
  const decoded = new Map<number, Uint8Array>();
  const whole = async (buffer: number, type: CompressionType): Promise<Uint8Array> => {
    const known = decoded.get(buffer);
    if (known !== undefined) return known;
    const { offset, length } = layout.buffers[buffer]!;
    checkDecodedSize(length, length);
    const stored = await source.range(body + offset, length, signal);
    const bytes = length === 0 ? stored : decompressed(await codecs(), type, stored);
    decoded.set(buffer, bytes);
    return bytes;
  };
  return {
    isShared: compression !== null,
    place(buffer) {
      const { offset, length } = layout.buffers[buffer]!;
      return compression === null ? { from: body + offset, bytes: length } : undefined;
    },
    async read(buffer, from, bytes) {
      const { offset, length } = layout.buffers[buffer]!;
      const held = compression === null ? undefined : await whole(buffer, compression.type);
      const size = held?.length ?? length;
      if (from < 0 || bytes < 0 || from + bytes > size) {
        throw new Error(`a buffer has ${size} of ${from + bytes} bytes`);
      }
      if (held !== undefined) return held.subarray(from, from + bytes);
      checkDecodedSize(bytes, bytes);
      return await source.range(body + offset + from, bytes, signal);
    },
  };
}

/** A compressed buffer begins with the size that it becomes; -1 says that it is stored as it is. */
function decompressed(codecs: Codecs, type: CompressionType, stored: Uint8Array): Uint8Array {
  if (stored.length < 8) throw new Error('a compressed buffer is damaged');
  const view = new DataView(stored.buffer, stored.byteOffset, stored.byteLength);
  const bytes = Number(view.getBigInt64(0, true));
  const rest = stored.subarray(8);
  if (bytes === -1) return rest;
  if (bytes < 0) throw new Error('a compressed buffer is damaged');
  const decompress = codecs[type === CompressionType.ZSTD ? 'ZSTD' : 'LZ4_FRAME']!;
  return bytes === 0 ? new Uint8Array(0) : decompress(rest, bytes);
}

async function fileParts(source: ObjectBytes): Promise<ArrowParts> {
  const { schema, dictionaries, batches } = await readArrowFooter(source);
  const messageAt = async (offset: number, kind: BatchMessage['kind']): Promise<BatchMessage> => {
    const isInside = Number.isSafeInteger(offset) && offset >= 8 && offset < source.size;
    const message = isInside ? await readArrowMessage(source, offset) : 'cut';
    if (typeof message !== 'string' && message.kind !== 'schema' && message.kind === kind) {
      return message;
    }
    throw new Error(`there is no ${kind} at byte ${offset}, where the footer says`);
  };
  const found: BatchMessage[] = [];
  for (const offset of batches) found.push(await messageAt(offset, 'batch'));
  const values: BatchMessage[] = [];
  for (const offset of dictionaries) values.push(await messageAt(offset, 'dictionary'));
  return {
    schema,
    batches: found,
    dictionaries: values.map((message) => ({ before: 0, message })),
    isOpenEnded: false,
  };
}

async function streamParts(source: ObjectBytes): Promise<ArrowParts> {
  let cause: unknown;
  const head = await readArrowMessage(source, 0, (error) => (cause = error));
  if (typeof head === 'string' || head.kind !== 'schema') {
    throw unreadType(cause) ?? new Error('it is no Parquet, no Arrow file and no Arrow stream');
  }
  if (head.isBigEndian) throw new Error(bigEndianReason);
  const batches: BatchMessage[] = [];
  const dictionaries: { before: number; message: BatchMessage }[] = [];
  for (let position = head.end; ;) {
    const message: ArrowMessage | 'end' | 'cut' = await readArrowMessage(source, position);
    if (message === 'cut') {
      const rows = batches.reduce((sum, one) => sum + one.rows, 0);
      throw new Error(`it is cut or damaged after ${rows} rows, at byte ${position}`);
    }
    if (message === 'end') {
      return { schema: head.schema, batches, dictionaries, isOpenEnded: position >= source.size };
    }
    if (message.kind === 'schema') throw new Error('it has a second schema');
    if (message.kind === 'batch') batches.push(message);
    else dictionaries.push({ before: batches.length, message });
    position = message.end;
  }
}
