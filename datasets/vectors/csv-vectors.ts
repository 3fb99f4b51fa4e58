import { PipelineError } from '../../operators/errors.ts';
import { counted, shownName } from '../../operators/message-words.ts';
import { openCsv } from '../manifest/csv-rows.ts';
import type { ManifestRow, ManifestRows } from '../manifest/manifest-rows.ts';
import { textChunks } from '../manifest/text-chunks.ts';
import { pageRows, vectorLength, type VectorLength } from '../tables/vector-page.ts';
import type { FoundFile } from './found-file.ts';
import { type ColumnStem, columnStems } from './column-stems.ts';
import { isNumberText } from './decimal-float32.ts';
import {
  decimalCommaType,
  isDecimalComma,
  isVectorText,
  numberOf,
  textVector,
} from './text-vectors.ts';
import { formatError } from './rows-together.ts';
import type { VectorCells, VectorColumn, VectorRows, VectorTable } from './vector-table.ts';

/** Rows that tell what columns hold. */
const lookedAt = 20;
/** Characters of rows that are held at once, beside a row. */
const charactersAtOnce = 2 ** 22;
/** Most rows that are given at once. */
const rowsAtOnce = 2 ** 12;

/**
 * Opens a CSV or TSV file as a table of vectors: columns that differ in a number alone, or lists of numbers as texts.
 *
 * @throws {PipelineError} `ERR_FORMAT` when it is damaged, or has no header.
 */
export async function openCsvVectors(found: FoundFile, signal?: AbortSignal): Promise<VectorTable> {
  const { url } = found;
  const { names, samples } = await firstRows(found, signal);
  if (names.length > 1 && names.every((name) => isNumberText(name)) && !areCounted(names)) {
    throw new PipelineError(
      'ERR_FORMAT',
      `\`${url}\` has no header: its first line is numbers. Put names of its columns before it, such as \`id,label,x_0,x_1\`, or ` +
        'save the array with `np.save`',
      { path: url },
    );
  }
  const kinds = names.map((_, at) => kindOf(samples.map((cells) => textOf(cells[at]))));
  const stems = columnStems(
    names.filter((_, at) => kinds[at] === 'number' || kinds[at] === 'empty'),
  );
  const parts = new Set(stems.flatMap(({ columns }) => columns));
  const columns = names.flatMap((name, at): VectorColumn[] =>
    parts.has(name) ? [] : [columnOf(name, kinds[at]!)],
  );
  return {
    url,
    format: 'csv',
    columns: [...stems.map(stemColumn), ...columns],
    rows: undefined,
    metadata: new Map(),
    batches: (vector, chosen, one = signal) =>
      batchesOf(found, {
        vector: vector === null ? null : (stems.find(({ name }) => name === vector) ?? vector),
        names: chosen,
        signal: one,
      }),
  };
}

/** Names that count columns, as a table without names has them. */
function areCounted(names: readonly string[]): boolean {
  return columnStems(names).some(({ columns }) => columns.length === names.length);
}

function stemColumn({ name, columns }: ColumnStem): VectorColumn {
  const type = `columns ${shownName(columns[0]!)} to ${shownName(columns.at(-1)!)}`;
  return { name, kind: 'vector', dim: columns.length, type };
}

type TextKind = 'number' | 'list' | 'text' | 'empty' | typeof decimalCommaType;

function columnOf(name: string, kind: TextKind): VectorColumn {
  if (kind === 'list') return { name, kind: 'vector', dim: null, type: 'list of numbers as text' };
  return { name, kind: 'text', dim: null, type: kind, isUntyped: true };
}

function kindOf(texts: readonly string[]): TextKind {
  const some = texts.filter((text) => text.trim() !== '');
  if (some.length === 0) return 'empty';
  const others = some.filter((text) => !isNumberText(text.trim()));
  if (others.length === 0) return 'number';
  if (others.every(isDecimalComma)) return decimalCommaType;
  return some.every(isVectorText) ? 'list' : 'text';
}

async function firstRows(
  found: FoundFile,
  signal: AbortSignal | undefined,
): Promise<{
  readonly names: readonly string[];
  readonly samples: readonly (readonly unknown[])[];
}> {
  let names: readonly string[] = [];
  const samples: (readonly unknown[])[] = [];
  try {
    for await (const rows of openedRows(found, signal)) {
      names = rows.columns;
      for await (const { cells } of rows.rows(names)) {
        samples.push(cells);
        if (samples.length === lookedAt) break;
      }
    }
  } catch (error) {
    throw errorOf(found.url, signal, error);
  }
  return { names, samples };
}

/** Uses rows of a file, which is closed when they are left. */
async function* openedRows(
  { place, object, url }: FoundFile,
  signal: AbortSignal | undefined,
): AsyncGenerator<ManifestRows, void, undefined> {
  const chunks = textChunks(url, place.store.stream(object, { signal }))[Symbol.asyncIterator]();
  try {
    yield await openCsv(url, { [Symbol.asyncIterator]: () => chunks });
  } finally {
    await chunks.return?.();
  }
}

/** What goes wrong with a file is of its format; what its store throws stays as it is. */
function errorOf(url: string, signal: AbortSignal | undefined, error: unknown): Error {
  signal?.throwIfAborted();
  const isOwn =
    error instanceof PipelineError && error.code === 'ERR_DATASET' && error.path === url;
  if (!isOwn) return formatError(url, error, `\`${url}\``);
  return new PipelineError('ERR_FORMAT', error.message, { path: url, cause: error });
}

interface CsvReading {
  readonly vector: ColumnStem | string | null;
  readonly names: readonly string[];
  readonly signal: AbortSignal | undefined;
}

async function* batchesOf(
  found: FoundFile,
  { vector, names, signal }: CsvReading,
): AsyncGenerator<VectorRows, void, undefined> {
  const { url } = found;
  const own = vector === null ? [] : typeof vector === 'string' ? [vector] : vector.columns;
  const length = vectorLength(typeof vector === 'object' && vector !== null ? own.length : null);
  try {
    for await (const rows of openedRows(found, signal)) {
      yield* batchesOfRows(url, rows.rows([...names, ...own]), { vector, names, length });
      signal?.throwIfAborted();
    }
  } catch (error) {
    throw errorOf(url, signal, error);
  }
}

async function* batchesOfRows(
  url: string,
  rows: AsyncIterable<ManifestRow>,
  batch: CsvBatch,
): AsyncGenerator<VectorRows, void, undefined> {
  let held: ManifestRow[] = [];
  let most = rowsAtOnce;
  let characters = 0;
  for await (const row of rows) {
    if (held.length === 0)
      most = Math.min(rowsAtOnce, pageRows(Math.max(batch.length.dim, row.cells.length)));
    held.push(row);
    for (const cell of row.cells) characters += textOf(cell).length;
    if (held.length < most && characters < charactersAtOnce) continue;
    yield batchOf(url, held, batch);
    held = [];
    characters = 0;
  }
  if (held.length > 0) yield batchOf(url, held, batch);
}

interface CsvBatch extends Pick<CsvReading, 'vector' | 'names'> {
  readonly length: VectorLength;
}

function batchOf(
  url: string,
  rows: readonly ManifestRow[],
  { vector, names, length }: CsvBatch,
): VectorRows {
  const cells = new Map(
    names.map((name, at) => [name, rows.map((row) => textCell(row.cells[at]))]),
  );
  const vectors =
    vector === null
      ? null
      : vectorsOf(url, rows, { from: names.length, length, isList: typeof vector === 'string' });
  return { rows: rows.length, vectors, cells };
}

/** Cells of CSV are texts. */
function textOf(cell: unknown): string {
  return typeof cell === 'string' ? cell : '';
}

function textCell(cell: unknown): string | null {
  const text = textOf(cell).trim();
  return text === '' ? null : text;
}

interface VectorPlace {
  /** Its first cell. */
  readonly from: number;
  readonly length: VectorLength;
  readonly isList: boolean;
}

function vectorsOf(
  url: string,
  rows: readonly ManifestRow[],
  { from, length, isList }: VectorPlace,
): VectorCells {
  const found = rows.map(({ at, cells }) => {
    try {
      const own = isList ? textVector(textOf(cells[from])) : numbersOf(cells, from);
      if (own !== null) requireLength(length, at, own.length);
      return own;
    } catch (error) {
      throw new PipelineError(
        'ERR_FORMAT',
        `The vector in line ${at} of \`${url}\` ${(error as Error).message}`,
        {
          path: url,
          cause: error,
        },
      );
    }
  });
  const { dim } = length;
  const values = new Float32Array(rows.length * dim);
  const missing = new Uint8Array(rows.length);
  for (const [row, own] of found.entries()) {
    if (own === null) {
      missing[row] = 1;
      values.fill(Number.NaN, row * dim, (row + 1) * dim);
    } else values.set(own, row * dim);
  }
  return { dim, values, missing: missing.includes(1) ? missing : null };
}

function requireLength(length: VectorLength, line: number, own: number): void {
  if (length.dim !== 0 && own !== length.dim) {
    throw new Error(`has ${counted(own, 'number')} where those before it have ${length.dim}`);
  }
  length.check(line, own);
}

/** Numbers of a row; null when all are empty. */
function numbersOf(cells: readonly unknown[], from: number): Float32Array | null {
  const texts = cells.slice(from).map((cell) => textOf(cell));
  if (texts.every((text) => text.trim() === '')) return null;
  return Float32Array.from(texts, numberOf);
}
