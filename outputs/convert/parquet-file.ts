import { DataType, type Field, type RecordBatch, type Schema } from 'apache-arrow';
import type * as parquetWasm from 'parquet-wasm';
import { messageOf, PipelineError } from '../../operators/errors.ts';
import type { ArrowSource } from './arrow-source.ts';
import { ArrowStreamWriter, endOfStream } from '../arrow/arrow-writer.ts';
import type { ConversionOptions, ConversionReport } from './conversion.ts';
import { openPartialFile } from '../../operators/files/partial-file.ts';
import { producer } from '../files/producer.ts';

type Wasm = typeof parquetWasm;
type WasmBatch = parquetWasm.RecordBatch;

/** Row group size: bytes of values before compression. Readers take a group at once, and so does the writer. */
const groupBytes = 1 << 24;
/** Rows handed over at once come to about so much, so that logs of one row a batch do not go one by one. */
const handOverRows = 512;

/**
 * Writes rows as one Parquet file of row groups of about 16 MiB, compressed with zstd. It appears when it is
 * complete. Memory: a few row groups, whatever the size of the file, and about 70 MB for the writer itself.
 *
 * Types are kept by the Arrow schema inside the file: vectors are fixed-size lists to readers that know them
 * (Polars `Array`, pyarrow) and lists to others (DuckDB `FLOAT[]`). Metadata of the schema becomes that of
 * the file. Vectors are split by byte before compression, which takes 15 % off vectors of unit length;
 * dictionaries, the usual encoding, would add 30 % and take four times as long.
 *
 * @param file Its folder must exist.
 * @param source Borrowed: the caller closes it.
 * @throws {PipelineError} `ERR_FORMAT` for a column that Parquet cannot hold, `ERR_WRITE`; and whatever reading
 * throws.
 * @throws The reason of `signal`; nothing is left behind then.
 * @example
 * ```ts
 * const source = await openArrowSource('runs/a/test');
 * const { rows, bytes } = await writeParquet('test.parquet', source);
 * await source.close();
 * ```
 */
export async function writeParquet(
  file: string,
  source: ArrowSource,
  options: ConversionOptions = {},
): Promise<ConversionReport> {
  const { signal, onRows } = options;
  // On demand: it compiles five megabytes of WebAssembly.
  const wasm = await import('parquet-wasm');
  const sink = await openPartialFile(file);
  const abort = new AbortController();
  const feed = feedOf(wasm, source, {
    onRows,
    signal: signal === undefined ? abort.signal : AbortSignal.any([signal, abort.signal]),
  });
  let bytes = 0;
  try {
    for await (const chunk of encode(wasm, source, feed)) {
      await sink.write([chunk], bytes);
      bytes += chunk.byteLength;
    }
    // A source that fails in the middle looks to the encoder like one that ends.
    const failure = feed.failure();
    if (failure !== undefined) throw failure;
    signal?.throwIfAborted();
    if (feed.rows() !== source.rows) {
      throw new PipelineError(
        'ERR_FORMAT',
        `Expected \`${source.path}\` to hold ${source.rows} rows, got ${feed.rows()}.`,
        { path: source.path },
      );
    }
    await sink.commit(bytes);
    return { path: file, rows: feed.rows(), bytes };
  } catch (error) {
    abort.abort(error);
    await sink.discard();
    throw error;
  } finally {
    await feed.closed();
  }
}

/** The bytes of the file, about a row group at a time. */
async function* encode(
  wasm: Wasm,
  { path, schema, rows, rowBytes }: ArrowSource,
  feed: Feed,
): AsyncGenerator<Uint8Array, void, undefined> {
  const properties = propertiesOf(wasm, schema, rowBytes ?? rowBytesOf(schema));
  try {
    if (rows === 0) {
      // A stream of batches has its columns from the first, and here is none.
      yield wasm.writeParquet(wasm.Table.fromIPCStream(streamOf(schema, [])), properties);
    } else {
      const chunks = await wasm.transformParquetStream(feed.stream, properties);
      yield* chunks as AsyncIterable<Uint8Array>;
    }
  } catch (error) {
    throw feed.failure() ?? unsuitable(path, error);
  }
}

interface Feed {
  readonly stream: ReadableStream<WasmBatch>;
  /** Rows handed over so far. */
  rows(): number;
  /** Error that ended reading too early. */
  failure(): unknown;
  /** Gives the source back. */
  closed(): Promise<void>;
}

/** Pull stream (backpressure): the batches of a source as the encoder asks for them; nothing is read ahead. */
function feedOf(
  { Table }: Wasm,
  source: ArrowSource,
  { signal, onRows }: ConversionOptions & { readonly signal: AbortSignal },
): Feed {
  const groups = batchGroups(source);
  let rows = 0;
  let failure: unknown;
  let reading: Promise<void> = Promise.resolve();
  const pull = async (controller: ReadableStreamDefaultController<WasmBatch>): Promise<void> => {
    try {
      signal.throwIfAborted();
      const next = await groups.next();
      if (next.done === true) {
        controller.close();
        return;
      }
      const bytes = streamOf(source.schema, next.value);
      for (const batch of Table.fromIPCStream(bytes).recordBatches()) controller.enqueue(batch);
      rows += next.value.reduce((sum, { numRows }) => sum + numRows, 0);
      onRows?.(rows);
    } catch (error) {
      failure = error instanceof Error ? error : unsuitable(source.path, error);
      controller.error(failure);
    }
  };
  return {
    stream: new ReadableStream<WasmBatch>(
      { pull: (controller) => (reading = pull(controller)) },
      { highWaterMark: 0 },
    ),
    rows: () => rows,
    failure: () => failure,
    async closed() {
      await reading;
      await groups.return();
    },
  };
}

/** Batches of a source, small ones together. */
async function* batchGroups(
  source: ArrowSource,
): AsyncGenerator<readonly RecordBatch[], void, undefined> {
  let group: RecordBatch[] = [];
  let rows = 0;
  for await (const batch of source.read()) {
    group.push(batch);
    rows += batch.numRows;
    if (rows < handOverRows) continue;
    yield group;
    [group, rows] = [[], 0];
  }
  if (group.length > 0) yield group;
}

function streamOf(schema: Schema, batches: readonly RecordBatch[]): Buffer {
  const writer = new ArrowStreamWriter();
  const head = writer.begin(schema);
  return Buffer.concat([head, ...batches.map((batch) => writer.encode(batch)), endOfStream]);
}

function propertiesOf(wasm: Wasm, schema: Schema, rowBytes: number): parquetWasm.WriterProperties {
  const { Compression, Encoding, EnabledStatistics, WriterPropertiesBuilder } = wasm;
  const isVectors = schema.fields.some(({ type }) => isVectorOfFloats(type));
  // Settings of one column do not reach inside lists, so those for vectors are the general ones.
  const isSplit =
    isVectors && schema.fields.every(({ type }) => isFlat(type) || isVectorOfFloats(type));
  let builder = new WriterPropertiesBuilder()
    .setCreatedBy(producer)
    .setCompression(Compression.ZSTD)
    .setMaxRowGroupSize(Math.max(1, Math.floor(groupBytes / rowBytes)))
    .setKeyValueMetadata(new Map(schema.metadata))
    .setDictionaryEnabled(false)
    .setStatisticsEnabled(EnabledStatistics.None)
    .setEncoding(isSplit ? Encoding.BYTE_STREAM_SPLIT : Encoding.PLAIN);
  for (const { name, type } of schema.fields) {
    if (!isFlat(type)) continue;
    builder = builder
      .setColumnEncoding(name, Encoding.PLAIN)
      .setColumnDictionaryEnabled(name, !DataType.isFloat(type) && !DataType.isBool(type))
      .setColumnStatisticsEnabled(name, EnabledStatistics.Chunk);
  }
  return builder.build();
}

function isFlat(type: DataType): boolean {
  return type.children === null || type.children === undefined || type.children.length === 0;
}

function isVectorOfFloats(type: DataType): boolean {
  return DataType.isFixedSizeList(type) && DataType.isFloat(type.children[0]!.type);
}

/** About what a row takes; text is a guess. */
function rowBytesOf(schema: Schema): number {
  const bytesOf = ({ type }: Field): number =>
    DataType.isFixedSizeList(type) ? 4 * type.listSize : 64;
  return schema.fields.reduce((sum, field) => sum + bytesOf(field), 0);
}

function unsuitable(path: string, cause: unknown): PipelineError {
  return new PipelineError(
    'ERR_FORMAT',
    `\`${path}\` cannot be written as Parquet: ${messageOf(cause)}.`,
    { path, cause },
  );
}
