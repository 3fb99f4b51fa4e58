import type { CsvError } from 'csv-parse';
import type { Writable } from 'node:stream';
import { counted } from '../../operators/message-words.ts';
import { manifestError, notRead, rowError } from './manifest-error.ts';
import type { ManifestRow, ManifestRows } from './manifest-rows.ts';
import { mostLineBytes } from './text-lines.ts';

/** Separators, the likeliest first. */
const separators = [',', ';', '\t', '|'];

/** Columns that a header may have. */
const mostColumns = 10_000;

/**
 * Opens a CSV file: its first row names the columns. The separator is the one that the header has most of.
 *
 * @throws {PipelineError} `ERR_DATASET` when it is empty, or cannot be read.
 */
export async function openCsv(
  url: string,
  chunks: AsyncIterable<Uint8Array>,
): Promise<ManifestRows> {
  const all = chunks[Symbol.asyncIterator]();
  const begin = await firstLine(url, all);
  const delimiter = separatorOf(begin);
  const records = csvRecords(url, again(begin, all), delimiter)[Symbol.asyncIterator]();
  const header = await records.next();
  if (header.done === true)
    throw manifestError(url, 'is empty. Expected names of columns in its first line');
  const columns = header.value.record.map((name) => name.trim());
  if (columns.length > mostColumns) {
    throw manifestError(
      url,
      `names ${counted(columns.length, 'column')}. Expected at most ${counted(mostColumns)}`,
    );
  }
  return {
    columns,
    unit: 'line',
    areTexts: true,
    first: columns,
    rows: (chosen) => rowsOf(url, columns, chosen, records),
  };
}

async function* rowsOf(
  url: string,
  columns: readonly string[],
  chosen: readonly string[],
  records: AsyncIterator<CsvRecord>,
): AsyncIterable<ManifestRow> {
  const places = chosen.map((name) => columns.indexOf(name));
  for (;;) {
    const next = await records.next();
    if (next.done === true) return;
    const { record, line } = next.value;
    if (record.length !== columns.length) {
      throw rowError(
        url,
        `Line ${line}`,
        `has ${counted(record.length, 'value')}, and the header ${counted(columns.length, 'column')}, ` +
          'or a quote is not closed before it. Quote values that hold the separator',
      );
    }
    yield { at: line, cells: places.map((place) => record[place]) };
  }
}

interface CsvRecord {
  readonly record: readonly string[];
  /** Line that it ends in. */
  readonly line: number;
}

async function* csvRecords(
  url: string,
  chunks: AsyncIterable<Uint8Array>,
  delimiter: string,
): AsyncIterable<CsvRecord> {
  const { parse } = await import('csv-parse');
  let records: CsvRecord[] = [];
  const parser = parse({
    bom: true,
    delimiter,
    max_record_size: mostLineBytes,
    // Taken here and not from the stream, which takes an event, and a promise, for each.
    on_record: (record: string[], { lines }) => void records.push({ record, line: lines }),
    relax_column_count: true,
    skip_empty_lines: true,
  });
  // What went wrong comes by what it was given.
  parser.on('error', () => {}).resume();
  try {
    for await (const piece of endedBy(undefined, pieces(chunks))) {
      const wrong = await given(parser, piece);
      // Those before what is wrong come before it.
      yield* records;
      records = [];
      if (wrong != null) throw wrong;
    }
  } catch (error) {
    throw isCsvError(error) ? damaged(url, error) : notRead(url, error);
  } finally {
    parser.destroy();
  }
}

/** Gives a parser a piece, or the end. @returns What is wrong with it. */
async function given(
  parser: Writable,
  piece: Uint8Array | undefined,
): Promise<Error | null | undefined> {
  return await new Promise((resolve) => {
    if (piece === undefined) parser.end(resolve);
    else parser.write(piece, resolve);
  });
}

async function* endedBy<T, E>(end: E, all: AsyncIterable<T>): AsyncIterable<T | E> {
  yield* all;
  yield end;
}

/** Bytes that the parser is given at once: all of their rows are held until they are taken. */
const atOnce = 2 ** 14;

async function* pieces(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += atOnce) yield chunk.subarray(at, at + atOnce);
  }
}

function isCsvError(error: unknown): error is CsvError {
  return error instanceof Error && 'code' in error && 'lines' in error;
}

const reasons: Readonly<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED: 'begins a value with a quote that is never closed',
  CSV_INVALID_CLOSING_QUOTE: 'has text behind a closing quote',
  INVALID_OPENING_QUOTE: 'has a quote within a value that does not begin with one',
  CSV_MAX_RECORD_SIZE: `is longer than ${mostLineBytes / 2 ** 20} MiB, or a quote is not closed before it`,
};

function damaged(url: string, error: CsvError): Error {
  const reason = reasons[error.code] ?? 'cannot be read';
  const line = `Line ${Number(error['lines'])}`;
  return Object.assign(
    rowError(
      url,
      line,
      `${reason}. A quote in a value is doubled, and the value quoted: \`"5"" disk"\``,
    ),
    { cause: error },
  );
}

/** The bytes up to the first end of a line, and what came with them. */
async function firstLine(url: string, chunks: AsyncIterator<Uint8Array>): Promise<Uint8Array> {
  let begin: Uint8Array = new Uint8Array();
  for (;;) {
    const next = await chunks.next();
    if (next.done === true) return begin;
    begin = Buffer.concat([begin, next.value]);
    if (begin.includes(10) || begin.includes(13)) return begin;
    if (begin.length > mostLineBytes) throw rowError(url, 'Line 1', 'is longer than 1 MiB');
  }
}

async function* again(
  begin: Uint8Array,
  rest: AsyncIterator<Uint8Array>,
): AsyncIterable<Uint8Array> {
  if (begin.length > 0) yield begin;
  for (;;) {
    const next = await rest.next();
    if (next.done === true) return;
    yield next.value;
  }
}

/** The separator that the first line has most of, outside of quotes. */
function separatorOf(begin: Uint8Array): string {
  const [line = ''] = Buffer.from(begin)
    .toString()
    .split(/[\r\n]/u, 1);
  const plain = line.replaceAll(/"[^"]*"/gu, '');
  const countOf = (separator: string): number => plain.split(separator).length;
  return separators.reduce((most, one) => (countOf(one) > countOf(most) ? one : most));
}
