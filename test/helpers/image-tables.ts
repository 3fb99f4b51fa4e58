import fs from 'node:fs/promises';
import path from 'node:path';
import {
  Binary,
  Field,
  Int64,
  List,
  RecordBatch,
  RecordBatchFileWriter,
  RecordBatchStreamWriter,
  Schema,
  Struct,
  Table,
  Utf8,
  vectorFromArray,
} from 'apache-arrow';

/** An image of a table. */
export interface TableImage {
  /** Path as the table has it. */
  readonly path: string | null;
  readonly bytes: Uint8Array | null;
  /** Number of its class, or null. */
  readonly label: number | null;
}

const imageType = new Struct([
  new Field('bytes', new Binary(), true),
  new Field('path', new Utf8(), true),
]);

/** What `datasets` writes into the schema of images with labels. */
export function featuresOf(classes: readonly string[]): string {
  const label = { names: classes, _type: 'ClassLabel' };
  return JSON.stringify({ info: { features: { image: { _type: 'Image' }, label } } });
}

/** Images as `datasets` of Hugging Face lays them out: `image` of bytes and path, `label`, names in the schema. */
export function imageTable(images: readonly TableImage[], classes?: readonly string[]): Table {
  const image = vectorFromArray(
    images.map(({ bytes, path: name }) => ({ bytes, path: name })),
    imageType,
  );
  const label = vectorFromArray(
    images.map((one) => (one.label === null ? null : BigInt(one.label))),
    new Int64(),
  );
  return withFeatures(new Table({ image, label }), classes);
}

/** A table of columns with names of classes in its schema. */
export function withFeatures(table: Table, classes?: readonly string[]): Table {
  if (classes === undefined) return table;
  const metadata = new Map([['huggingface', featuresOf(classes)]]);
  const schema = new Schema(table.schema.fields, metadata);
  return new Table(
    schema,
    table.batches.map((batch) => new RecordBatch(schema, batch.data)),
  );
}

/** Lists of images of each row. */
export function listTable(rows: readonly (readonly TableImage[])[]): Table {
  const images = vectorFromArray(
    rows.map((row) => row.map(({ bytes, path: name }) => ({ bytes, path: name }))),
    new List(new Field('item', imageType, true)),
  );
  const label = vectorFromArray(
    rows.map((row) => (row[0]?.label === undefined ? null : BigInt(row[0].label!))),
    new Int64(),
  );
  return new Table({ images, label });
}

/** Compressions that Parquet's writer offers here. */
export type TableCompression = 'UNCOMPRESSED' | 'SNAPPY' | 'ZSTD' | 'GZIP' | 'BROTLI' | 'LZ4_RAW';

/** How a table is written. */
export interface TableLayout {
  readonly compression?: TableCompression;
  /** @default all rows */
  readonly rowsOfGroup?: number;
  /** @default false */
  readonly isVersion2?: boolean;
  /** @default true */
  readonly hasDictionaries?: boolean;
}

/** A table as a Parquet file, by parquet-wasm. */
export async function parquetBytes(table: Table, layout: TableLayout = {}): Promise<Uint8Array> {
  const wasm = await import('parquet-wasm');
  const { compression = 'SNAPPY', rowsOfGroup = 2 ** 20, isVersion2 = false } = layout;
  const properties = new wasm.WriterPropertiesBuilder()
    .setCompression(wasm.Compression[compression])
    .setMaxRowGroupSize(rowsOfGroup)
    .setWriterVersion(isVersion2 ? wasm.WriterVersion.V2 : wasm.WriterVersion.V1)
    .setDictionaryEnabled(layout.hasDictionaries ?? true)
    .build();
  return wasm.writeParquet(wasm.Table.fromIPCStream(arrowBytes(table, 'stream')), properties);
}

/** A table as an Arrow file or stream. */
export function arrowBytes(table: Table, format: 'file' | 'stream'): Uint8Array {
  const writer = format === 'file' ? new RecordBatchFileWriter() : new RecordBatchStreamWriter();
  writer.writeAll(table);
  return writer.finish().toUint8Array(true);
}

/** Writes a file, with its folders. */
export async function writeTable(file: string, bytes: Uint8Array): Promise<string> {
  await fs.mkdir(path.dirname(file), { recursive: true });
  await fs.writeFile(file, bytes);
  return file;
}
