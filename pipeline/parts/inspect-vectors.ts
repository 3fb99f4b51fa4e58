import { chosenTable } from '../../datasets/vectors/chosen-table.ts';
import type { FoundVectors } from '../../datasets/vectors/found-vectors.ts';
import { openVectorSource, type VectorSource } from '../../datasets/vectors/open-vector-source.ts';
import { openVectors } from '../../datasets/vectors/open-vectors.ts';
import { vectorLocation } from '../../datasets/vectors/vector-location.ts';
import type { VectorColumn, VectorRows, VectorTable } from '../../datasets/vectors/vector-table.ts';
import { onLayer } from './open-file-set.ts';
import { PipelineError } from '../../operators/errors.ts';
import type { Json } from '../../operators/files/json.ts';
import type { Inspection, InspectPathOptions } from '../../outputs/inspect/inspection.ts';

/** Values that a preview shows of each vector. */
const shownValues = 4;

/** Formats as a person calls them. */
const titles: Readonly<Record<VectorTable['format'], string>> = {
  arrow: 'Arrow table',
  parquet: 'Parquet file',
  npy: 'NumPy array',
  npz: 'NumPy arrays',
  csv: 'CSV table',
};

/** What is taken for what in a table. */
interface TakenColumns {
  /** With what lies in files beside it. */
  readonly table: VectorTable;
  readonly vector: string | null;
  readonly id: string | null;
  readonly label: string | null;
  /** What was guessed, a sentence each. */
  readonly notes: readonly string[];
  /** Why none is, with the way out; null when the columns are plain. */
  readonly why: string | null;
}

/**
 * Describes a file of vectors of anyone: format, rows, columns with their types, which of them would be taken as id, label and
 * vector, and first rows. With `verify` all of it is read as `evaluate` would: classes, hashes, rows that cannot be used.
 *
 * @returns Undefined for a table without vectors, or one of images beside them, unless columns are named in the location.
 * @throws {PipelineError} `ERR_FORMAT` when there is no file, or it is no table that is read.
 */
export async function inspectVectors(
  location: string,
  { rows = 5, verify = false, signal, onRows }: InspectPathOptions,
): Promise<Inspection | undefined> {
  const isMeant = vectorLocation(location).file !== location;
  const onOne = await onLayer(location, null, signal);
  const { file, columns: wanted } = vectorLocation(onOne);
  const source = await openVectorSource(file, signal);
  if (!isMeant && !isOfVectors(source.table)) return undefined;
  if (!isMeant && isMap(source.table)) return await describedMap(source.table, rows, signal);
  const { table, ...taken } = await takenColumns(source, wanted, signal);
  const read = verify && taken.vector !== null ? await readAll(onOne, { signal, onRows }) : null;
  const dim =
    table.columns.find(({ name }) => name === taken.vector)?.dim ?? read?.facts.dim ?? null;
  return {
    path: table.url,
    kind: 'vectors',
    what: `${titles[table.format]} with vectors`,
    facts: {
      format: table.format,
      rows: table.rows ?? table.columns.find(({ name }) => name === taken.vector)?.rows ?? null,
      vector: taken.vector,
      dim,
      id: taken.id,
      label: taken.label,
      ...(taken.why === null ? {} : { notPlain: taken.why }),
      ...(taken.notes.length === 0 ? {} : { notes: [...taken.notes] }),
      ...read?.facts,
    },
    metadata: Object.fromEntries(table.metadata),
    columns: shownColumns(table),
    tables: read?.tables ?? [],
    preview: await firstRows(table, taken, rows, signal),
    problems: [],
  };
}

/** A table whose rows are vectors, and not images with vectors beside them. */
function isOfVectors({ columns }: VectorTable): boolean {
  const has = (kind: VectorColumn['kind']): boolean => columns.some((one) => one.kind === kind);
  return has('vector') && !has('bytes');
}

/** Tests whether a table has places and neighbours instead of vectors, as Embedding Atlas takes them. */
function isMap({ columns }: VectorTable): boolean {
  const names = new Set(columns.map(({ name }) => name));
  const isOfNeighbours = ({ name, kind }: VectorColumn): boolean =>
    kind !== 'vector' || name.startsWith('neighbors.');
  return (
    ['x', 'y', 'neighbors.ids', 'neighbors.distances'].every((name) => names.has(name)) &&
    columns.every(isOfNeighbours)
  );
}

async function describedMap(
  table: VectorTable,
  rows: number,
  signal: AbortSignal | undefined,
): Promise<Inspection> {
  const thumbnails = table.columns.some(({ name }) => name === 'image');
  return {
    path: table.url,
    kind: 'map',
    what: `${titles[table.format]} with a map: places and neighbours, for Embedding Atlas`,
    facts: { format: table.format, rows: table.rows ?? null, thumbnails },
    metadata: Object.fromEntries(table.metadata),
    columns: shownColumns(table),
    tables: [],
    preview: await firstRows(table, { vector: null }, rows, signal),
    problems: [],
  };
}

/** Columns of a table as a person sees them. */
function shownColumns({ columns }: VectorTable): Inspection['columns'] {
  return columns.map(({ name, type, kind }) => ({
    name,
    type: kind === 'vector' ? `${type}, vectors` : type,
    nullable: true,
  }));
}

async function takenColumns(
  source: VectorSource,
  wanted: ReturnType<typeof vectorLocation>['columns'],
  signal: AbortSignal | undefined,
): Promise<TakenColumns> {
  try {
    const { table, chosen } = await chosenTable(source, wanted, signal);
    const { vector, id, label, notes } = chosen;
    return { table, vector, id, label, notes, why: null };
  } catch (error) {
    if (!(error instanceof PipelineError)) throw error;
    return {
      table: source.table,
      vector: null,
      id: null,
      label: null,
      notes: [],
      why: error.message,
    };
  }
}

/** What only reading all rows tells. */
async function readAll(
  location: string,
  { signal, onRows }: Pick<InspectPathOptions, 'signal' | 'onRows'>,
) {
  const set = await openVectors(location, {
    signal,
    onRows: (done, total) => onRows?.(done, total ?? done),
  });
  try {
    const { count, dim, classes, unusable, layer, contentHash, listingHash, notes } = set;
    return {
      facts: {
        dim,
        classes: classes.length,
        usableRows: count,
        unusableRows: unusable.rows,
        ...(unusable.first === null ? {} : { firstUnusable: unusable.first }),
        ofLength1: layer === 'projection',
        contentHash,
        listingHash,
        ...(notes.length === 0 ? {} : { notes: [...notes] }),
        verified: `all ${count + unusable.rows} rows read`,
      },
      tables: [{ title: 'rows by class', records: rowsByClass(set) }],
    };
  } finally {
    await set.close();
  }
}

function rowsByClass({ classes, labels }: FoundVectors): { class: string | null; rows: number }[] {
  const counts = new Int32Array(classes.length + 1);
  for (const label of labels) counts[label < 0 ? classes.length : label]! += 1;
  const records = [...classes, null].map((name, at) => ({ class: name, rows: counts[at]! }));
  return records.filter(({ class: name, rows }) => name !== null || rows > 0);
}

/** The first rows: cells as they are, vectors cut to their first values. */
async function firstRows(
  table: VectorTable,
  { vector }: Pick<TakenColumns, 'vector'>,
  count: number,
  signal: AbortSignal | undefined,
): Promise<Record<string, Json>[]> {
  if (count === 0) return [];
  const { columns } = table;
  const base = columns.find(({ name }) => name === vector) ?? columns[0];
  const names = columns
    // Arrays of an archive may have other rows.
    .filter(({ kind, rows }) => kind !== 'vector' && kind !== 'other' && rows === base?.rows)
    .map(({ name }) => name);
  const found: Record<string, Json>[] = [];
  for await (const batch of table.batches(vector, names, signal)) {
    for (let row = 0; row < batch.rows && found.length < count; row += 1) {
      found.push(shownRow(batch, row, names, vector));
    }
    if (found.length === count) break;
  }
  return found;
}

function shownRow(
  { cells, vectors }: VectorRows,
  row: number,
  names: readonly string[],
  vector: string | null,
): Record<string, Json> {
  const shown = names.map((name) => [name, shownCell(cells.get(name)?.[row])] as const);
  const record = Object.fromEntries(shown);
  if (vector === null || vectors === null) return record;
  const { dim, values, missing } = vectors;
  const first = Array.from(
    values.subarray(row * dim, row * dim + Math.min(dim, shownValues)),
    (value) => (Number.isFinite(value) ? value : String(value)),
  );
  const list: Json[] = dim > shownValues ? [...first, `… ${dim}`] : first;
  return { ...record, [vector]: dim === 0 || missing?.[row] === 1 ? null : list };
}

function shownCell(cell: unknown): Json {
  if (cell === null || cell === undefined) return null;
  if (typeof cell === 'number') return Number.isFinite(cell) ? cell : String(cell);
  if (typeof cell === 'string' || typeof cell === 'boolean') return cell;
  if (typeof cell === 'bigint') return String(cell);
  return cell instanceof Uint8Array ? `${cell.length} bytes` : 'a list';
}
