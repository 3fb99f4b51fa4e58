import { CompressionCodecs } from 'hyparquet/src/constants.js';
import { bytesInOrder, type BytesInOrder, type ObjectBytes } from './object-bytes.ts';
import { cellAssembly } from './parquet-cells.ts';
import { loadPageDecoders, type PageDecoders } from './parquet-decoders.ts';
import {
  checkPageSum,
  decodePage,
  dictionaryPage,
  openPage,
  type PageContext,
} from './parquet-page.ts';
import { groupRows, type ParquetLeaf, parquetLeaves } from './parquet-schema.ts';
import { decodeValues, type EncodedValues, type RawValues } from './parquet-values.ts';
import { dictionaryNumbers, vectorAssembly } from './parquet-vectors.ts';
import { checkDecodedSize, mostRows } from './row-bounds.ts';
import { schemaMetadata } from './schema-metadata.ts';
import type { CellPage, TableFile } from './table-file.ts';
import type { VectorLength, VectorPage } from './vector-page.ts';
import {
  countAt,
  numberAt,
  readThrift,
  structAt,
  structsAt,
  textAt,
  type ThriftStruct,
} from './thrift.ts';

/** Bytes with which a Parquet file begins and ends. */
export const parquetMagic = 'PAR1';

/** Largest footer: 256 MiB. */
const largestFooter = 2 ** 28;

/** A column chunk: where the pages of a column in a row group lie. */
interface Chunk {
  readonly from: number;
  readonly stored: number;
  readonly decoded: number;
  readonly values: number;
  readonly codec: string;
  readonly nulls: number | undefined;
  /** Neither compressed nor with a dictionary. */
  readonly isPlain: boolean;
  /** Why it is not read. */
  readonly refused: string | undefined;
}

/**
 * Opens a Parquet file: its footer alone is read.
 *
 * @throws {Error} When it is damaged: the message is the reason.
 */
export async function openParquet(source: ObjectBytes): Promise<TableFile> {
  const metadata = await readFooter(source);
  const leaves = parquetLeaves(metadata);
  // A table without rows has a group without pages (pandas, pyarrow), whose places say nothing.
  const groups = structsAt(metadata, 4).filter((group) => groupRows(group) > 0);
  const rowsOf = groups.map(groupRows);
  const rows = rowsOf.reduce((sum, one) => sum + one, 0);
  if (rows !== countAt(metadata, 3, 'its rows', mostRows(source.size))) {
    throw new Error('its row groups have other rows than it says');
  }
  const chunks = groups.map((group) => chunksOf(group, leaves, source.size));
  let decoders: PageDecoders | undefined;
  const openChunk = async (
    group: number,
    column: number,
    signal: AbortSignal | undefined,
  ): Promise<{ readonly inOrder: BytesInOrder; readonly context: PageContext }> => {
    decoders ??= await loadPageDecoders();
    const chunk = chunks[group]![column]!;
    const leaf = leaves[column]!;
    if (chunk.refused !== undefined) throw new Error(chunk.refused);
    const inOrder = bytesInOrder(source, chunk.from, chunk.stored, signal);
    return { inOrder, context: { decoders, leaf, codec: chunk.codec, mostValues: chunk.values } };
  };
  return {
    format: 'parquet',
    columns: leaves,
    rows,
    groups: rowsOf,
    metadata: await schemaMetadata(textsOf(metadata)),
    nulls: (group, column) => chunks[group]![column]!.nulls,
    size: (group, column) => chunks[group]![column]!,
    isPlain: (column) => chunks.every((group) => group[column]!.isPlain),
    async *pages(group, column, signal) {
      const { kind, type } = leaves[column]!;
      if (kind === 'other') throw new Error(`its type, ${type}, is not read`);
      const { inOrder, context } = await openChunk(group, column, signal);
      yield* readCells(inOrder, context, rowsOf[group]!);
    },
    async *vectors(group, column, length, signal) {
      const { inOrder, context } = await openChunk(group, column, signal);
      yield* readVectors(inOrder, context, rowsOf[group]!, length);
    },
  };
}

async function readFooter(source: ObjectBytes): Promise<ThriftStruct> {
  const { size } = source;
  const tail = await source.bytes(Math.max(0, size - 8), 8);
  const magic = tail.toString('latin1', 4);
  if (magic === 'PARE') throw new Error('it is encrypted, which is not read');
  if (size < 12 || magic !== parquetMagic) {
    throw new Error('it does not end as a Parquet file does: it is cut or damaged');
  }
  const bytes = tail.readUInt32LE(0);
  if (bytes > Math.min(size - 12, largestFooter)) throw new Error('its footer is damaged');
  const { value } = readThrift(await source.range(size - 8 - bytes, bytes));
  if (value.has(8)) throw new Error('it is encrypted, which is not read');
  return value;
}

function textsOf(metadata: ThriftStruct): ReadonlyMap<string, string> {
  return new Map(
    structsAt(metadata, 5).map((pair) => [textAt(pair, 1) ?? '', textAt(pair, 2) ?? '']),
  );
}

function chunksOf(
  group: ThriftStruct,
  leaves: readonly ParquetLeaf[],
  size: number,
): readonly Chunk[] {
  const columns = structsAt(group, 1);
  if (columns.length !== leaves.length) throw new Error('a row group has other columns');
  const rows = groupRows(group);
  return columns.map((column, at) => chunkOf(column, leaves[at]!, rows, size));
}

function chunkOf(column: ThriftStruct, leaf: ParquetLeaf, rows: number, size: number): Chunk {
  const own = structAt(column, 3);
  const refused =
    own === undefined || column.has(8)
      ? 'it is encrypted, which is not read'
      : textAt(column, 1)
        ? 'it lies in another file, which is not read'
        : undefined;
  if (own === undefined) {
    const nothing = { from: 0, stored: 0, decoded: 0, values: 0, codec: '', isPlain: false };
    return { ...nothing, nulls: undefined, refused };
  }
  const first = countAt(own, 9, 'the place of a page');
  const dictionary = numberAt(own, 11) ?? 0;
  const from = dictionary > 0 ? Math.min(dictionary, first) : first;
  const stored = countAt(own, 7, 'the size of a column');
  if (refused === undefined && (from < 4 || from + stored > size)) {
    throw new Error(`the column \`${leaf.name}\` of a row group lies outside of it`);
  }
  const values = countAt(own, 5, 'the values of a column', mostRows(size));
  if (leaf.repetition === 0 ? values !== rows : values < rows) {
    throw new Error(`the column \`${leaf.name}\` of a row group has other rows`);
  }
  const statistics = structAt(own, 12);
  const codec = numberAt(own, 4) ?? 0;
  return {
    from,
    stored,
    decoded: countAt(own, 6, 'the size of a column'),
    values,
    codec: CompressionCodecs[codec] ?? String(codec),
    isPlain: codec === 0 && dictionary === 0,
    nulls: statistics === undefined ? undefined : numberAt(statistics, 3),
    refused,
  };
}

/** Bytes in which the header of a page is looked for first: those of most, without statistics. */
const likelyHeader = 2 ** 10;
/** Largest header of a page; statistics of long values may stand in it. */
const largestHeader = 2 ** 24;

const dictionaryType = 2;
const indexType = 1;

/** A data page of a column chunk. */
interface ChunkPage<T> {
  readonly header: ThriftStruct;
  /** Its bytes in the file, where the first of their memory lies at `bufferAt`. */
  readonly page: Uint8Array;
  readonly bufferAt: number;
  /** What its dictionary holds, where it has one. */
  readonly dictionary: T | undefined;
  /** True when no bytes come behind it. */
  readonly isLast: boolean;
}

/** Data pages of a column chunk in order, with what its dictionary was decoded to. */
async function* readPages<T>(
  bytes: BytesInOrder,
  context: PageContext,
  decodeDictionary: (values: EncodedValues) => T,
): AsyncGenerator<ChunkPage<T>, void, undefined> {
  let dictionary: T | undefined;
  while (!bytes.isAtEnd) {
    const header = await readHeader(bytes);
    const stored = countAt(header, 3, 'the size of a page');
    checkDecodedSize(stored, stored);
    const held = await bytes.peek(stored);
    if (held.length < stored) throw new Error('a page does not end in its column');
    const page = held.subarray(0, stored);
    const bufferAt = bytes.at - page.byteOffset;
    bytes.skip(stored);
    checkPageSum(header, page);
    const type = numberAt(header, 1);
    if (type === indexType) continue;
    if (type === dictionaryType) {
      if (dictionary !== undefined) throw new Error('a column has two dictionaries');
      dictionary = decodeDictionary(dictionaryPage(context, header, page));
      continue;
    }
    yield { header, page, bufferAt, dictionary, isLast: bytes.isAtEnd };
  }
}

async function* readCells(
  bytes: BytesInOrder,
  context: PageContext,
  rows: number,
): AsyncGenerator<CellPage, void, undefined> {
  const assembly = cellAssembly(context.leaf);
  const decode = (values: EncodedValues): RawValues =>
    decodeValues(context.decoders, context.leaf, values);
  let row = 0;
  let levels = 0;
  for await (const one of readPages(bytes, context, decode)) {
    const decoded = decodePage(context, one.header, one.page);
    levels += decoded.count;
    assembly.add(decoded, one.dictionary);
    const isLast = levels >= context.mostValues || one.isLast;
    const cells = assembly.take(isLast);
    // Bytes that lie in what was read are found in the file.
    const isStored = !decoded.isIndexed && isViewOf(decoded.values, one.page);
    yield { row, cells, bufferAt: isStored ? one.bufferAt : undefined };
    row += cells.length;
    if (isLast) break;
  }
  if (row !== rows) throw new Error(`a column has ${row} of ${rows} rows`);
}

async function* readVectors(
  bytes: BytesInOrder,
  context: PageContext,
  rows: number,
  length: VectorLength,
): AsyncGenerator<VectorPage, void, undefined> {
  const assembly = vectorAssembly(context, length);
  const decode = (values: EncodedValues): Float32Array => dictionaryNumbers(context, values);
  let row = 0;
  let levels = 0;
  for await (const one of readPages(bytes, context, decode)) {
    const page = openPage(context, one.header, one.page);
    levels += page.count;
    const isLast = levels >= context.mostValues || one.isLast;
    for (const vectors of assembly.add(page, one.dictionary, isLast)) {
      yield vectors;
      row += vectors.rows;
    }
    if (isLast) break;
  }
  if (row !== rows) throw new Error(`a column has ${row} of ${rows} rows`);
}

function isViewOf(values: RawValues, page: Uint8Array): boolean {
  const first = values[0];
  return first instanceof Uint8Array && first.buffer === page.buffer;
}

async function readHeader(bytes: BytesInOrder): Promise<ThriftStruct> {
  for (let most = likelyHeader; ; most *= 16) {
    const held = await bytes.peek(most);
    try {
      const { value, end } = readThrift(held);
      bytes.skip(end);
      return value;
    } catch (error) {
      if (held.length < most || most >= largestHeader) throw error;
    }
  }
}
