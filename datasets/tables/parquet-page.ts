import { crc32 } from 'node:zlib';
import { decodeRuns, isOneRun } from './level-runs.ts';
import type { PageDecoders } from './parquet-decoders.ts';
import type { ParquetLeaf } from './parquet-schema.ts';
import {
  decodeValues,
  type EncodedValues,
  isIndexed,
  lengthAt,
  type RawValues,
} from './parquet-values.ts';
import { checkDecodedSize } from './row-bounds.ts';
import { countAt, numberAt, structAt, type ThriftStruct } from './thrift.ts';

/** What the pages of a column chunk share. */
export interface PageContext {
  readonly decoders: PageDecoders;
  readonly leaf: ParquetLeaf;
  readonly codec: string;
  /** Most values of a page: those of its chunk. */
  readonly mostValues: number;
}

/** Levels of a data page. */
export interface PageLevels {
  /** Number of levels: of values, nulls and empty lists. */
  readonly count: number;
  /** Definition level of each; undefined where all values are there. */
  readonly definitions: Uint8Array | undefined;
  /** Repetition level of each; undefined outside of lists. */
  readonly repetitions: Uint8Array | undefined;
}

/** A data page whose values are still encoded. */
export interface EncodedPage extends PageLevels {
  readonly encoded: EncodedValues;
}

/** A data page, decoded. */
export interface DecodedPage extends PageLevels {
  /** The values that are there. */
  readonly values: RawValues;
  /** True when its values are entries of the dictionary. */
  readonly isIndexed: boolean;
}

/** Checks the sum of a page where its writer gave one. */
export function checkPageSum(header: ThriftStruct, stored: Uint8Array): void {
  const sum = numberAt(header, 4);
  if (sum !== undefined && sum >>> 0 !== crc32(stored)) {
    throw new Error('a page has another CRC-32 than when it was written');
  }
}

/** Plain values of a dictionary page. @param stored Its bytes in the file. */
export function dictionaryPage(
  { decoders, codec, mostValues }: PageContext,
  header: ThriftStruct,
  stored: Uint8Array,
): EncodedValues {
  const own = structAt(header, 7);
  if (own === undefined) throw new Error('a dictionary page has no header');
  const count = countAt(own, 1, 'the entries of a dictionary', Math.max(mostValues, 2 ** 16));
  const bytes = decompressed(decoders, codec, stored, countAt(header, 2, 'the size of a page'));
  return { bytes, count, encoding: 'PLAIN' };
}

/** Levels and values of a data page of either version. @param stored Its bytes in the file. */
export function decodePage(
  context: PageContext,
  header: ThriftStruct,
  stored: Uint8Array,
): DecodedPage {
  const { encoded, ...levels } = openPage(context, header, stored);
  const values = decodeValues(context.decoders, context.leaf, encoded);
  return { ...levels, values, isIndexed: isIndexed(encoded.encoding) };
}

/** Levels of a data page of either version, and its values as they are encoded. @param stored Its bytes in the file. */
export function openPage(
  context: PageContext,
  header: ThriftStruct,
  stored: Uint8Array,
): EncodedPage {
  const parts = structAt(header, 8) === undefined ? version1 : version2;
  const { count, levels, bytes, encoding, nulls } = parts(context, header, stored);
  // Levels and entries of a dictionary may take next to no bytes.
  checkDecodedSize(stored.length, 4 * count);
  const { leaf } = context;
  const repetitions =
    leaf.repetition === 0
      ? undefined
      : decodeLevels(levels.repetitions, bitWidth(leaf.repetition), count);
  const definitions = definitionsOf(levels.definitions, leaf.definition, count);
  const present = countOf(definitions, leaf.definition) ?? count;
  if (nulls !== undefined && nulls !== count - present) {
    throw new Error('a page holds other values than it says');
  }
  return { count, definitions, repetitions, encoded: { bytes, count: present, encoding } };
}

/** Definition levels; undefined where all are the highest. */
function definitionsOf(bytes: Uint8Array, most: number, count: number): Uint8Array | undefined {
  const isWhole = most === 0 || isOneRun(bytes, bitWidth(most), count, most);
  return isWhole ? undefined : decodeLevels(bytes, bitWidth(most), count);
}

interface PageParts {
  readonly count: number;
  readonly levels: Readonly<Record<'repetitions' | 'definitions', Uint8Array>>;
  /** Of the values. */
  readonly bytes: Uint8Array;
  readonly encoding: string;
  /** Levels without a value, where the header says how many. */
  readonly nulls?: number;
}

const none = new Uint8Array(0);

function version1(context: PageContext, header: ThriftStruct, stored: Uint8Array): PageParts {
  const { decoders, leaf, codec, mostValues } = context;
  const own = structAt(header, 5);
  if (own === undefined) throw new Error('a data page has no header');
  const count = countAt(own, 1, 'the values of a page', mostValues);
  const whole = decompressed(decoders, codec, stored, countAt(header, 2, 'the size of a page'));
  let at = 0;
  const levels = (most: number, field: number): Uint8Array => {
    if (most === 0) return none;
    if (encodingAt(decoders, own, field) !== 'RLE') {
      throw new Error('its levels are in the encoding BIT_PACKED, which is not read');
    }
    const [from, bytes] = [at + 4, lengthAt(whole, at)];
    at = from + bytes;
    if (at > whole.length) throw new Error('the levels of a page do not end in it');
    return whole.subarray(from, at);
  };
  const repetitions = levels(leaf.repetition, 4);
  const definitions = levels(leaf.definition, 3);
  const encoding = encodingAt(decoders, own, 2);
  return { count, levels: { repetitions, definitions }, bytes: whole.subarray(at), encoding };
}

function version2(context: PageContext, header: ThriftStruct, stored: Uint8Array): PageParts {
  const { decoders, codec, mostValues } = context;
  const own = structAt(header, 8)!;
  const count = countAt(own, 1, 'the values of a page', mostValues);
  const nulls = countAt(own, 2, 'the nulls of a page', count);
  const definitions = countAt(own, 5, 'the size of levels', stored.length);
  const repetitions = countAt(own, 6, 'the size of levels', stored.length - definitions);
  const levels = definitions + repetitions;
  const size = countAt(header, 2, 'the size of a page') - levels;
  if (size < 0) throw new Error('a page is smaller than its levels');
  const values = stored.subarray(levels);
  const isPlain = own.get(7) === false || size === 0;
  return {
    count,
    nulls,
    levels: {
      repetitions: stored.subarray(0, repetitions),
      definitions: stored.subarray(repetitions, levels),
    },
    bytes: decompressed(decoders, isPlain ? 'UNCOMPRESSED' : codec, values, size),
    encoding: encodingAt(decoders, own, 4),
  };
}

function decodeLevels(bytes: Uint8Array, width: number, count: number): Uint8Array {
  const levels = new Uint8Array(count);
  decodeRuns(bytes, width, levels);
  return levels;
}

function decompressed(
  { codecs }: PageDecoders,
  codec: string,
  stored: Uint8Array,
  bytes: number,
): Uint8Array {
  if (codec === 'UNCOMPRESSED') {
    if (stored.length !== bytes) throw new Error('a page has another size than it says');
    return stored;
  }
  const decompress = codecs[codec];
  if (decompress === undefined) throw new Error(`its compression ${codec} is not read`);
  return bytes === 0 ? none : decompress(stored, bytes);
}

function encodingAt({ encodings }: PageDecoders, header: ThriftStruct, field: number): string {
  const number = countAt(header, field, 'an encoding');
  return encodings[number] ?? String(number);
}

/** How many levels are the highest, so that a value is there; undefined without levels. */
function countOf(levels: Uint8Array | undefined, highest: number): number | undefined {
  if (levels === undefined) return undefined;
  let count = 0;
  for (const level of levels) if (level === highest) count += 1;
  return count;
}

function bitWidth(most: number): number {
  return 32 - Math.clz32(most);
}
