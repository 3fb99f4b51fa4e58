import { createHash, type Hash } from 'node:crypto';
import { PipelineError } from '../../operators/errors.ts';
import { lengthOfRow } from '../../operators/evaluation/vectors/row-length.ts';
import { selectedVectors } from '../../operators/evaluation/vectors/selected-vectors.ts';
import type { VectorSet } from '../../operators/evaluation/vectors/vector-set.ts';
import { counted, shownName } from '../../operators/message-words.ts';
import { type RowFault, shownFaults, vectorFault } from '../../operators/vector-fault.ts';
import type { NumberType } from '../tables/vector-numbers.ts';
import type { ChosenVectorColumns } from './choose-vector-columns.ts';
import { type ClassLabels, type LabelCollector, labelCollector } from './class-labels.ts';
import type { FoundVectors, OpenVectorsOptions } from './found-vectors.ts';
import { type FinishedIds, rowIds, type RowIds } from './row-ids.ts';
import { openRowsInFile, type RowsInFile } from './rows-in-file.ts';
import { bytesOf, type VectorSpool, vectorSpool } from './vector-spool.ts';
import type { VectorCells, VectorRows, VectorTable } from './vector-table.ts';

/** Options of `collectVectors`. */
export interface CollectOptions extends OpenVectorsOptions {
  /** Vectors that need not be copied; null where they must. */
  readonly inPlace: RowsInFile | null;
}

/** Tolerance of the length of a unit row: float32 rows are within 1e-6 of 1. */
const unitTolerance = 1e-3;
/** Bytes of vectors that are held in memory: 64 MiB. */
const usualMemory = 2 ** 26;
/** Most rows of a set. */
const mostRows = 2 ** 31 - 1;

/** Reads a table once, whole, as a set. @throws What `openVectors` throws. */
export async function collectVectors(
  table: VectorTable,
  chosen: ChosenVectorColumns,
  options: CollectOptions,
): Promise<FoundVectors> {
  const { memoryBytes = usualMemory, signal } = options;
  const inPlace = isLarger(options.inPlace, memoryBytes) ? options.inPlace : null;
  const collecting = beginCollecting(table, chosen, inPlace === null ? memoryBytes : null);
  const kept = inPlace === null ? undefined : await openRowsInFile(inPlace);
  try {
    await readRows(table, chosen, collecting, options);
    await collecting.spool?.finish();
    return foundVectors(table, chosen, collecting, {
      rows: kept ?? collecting.spool ?? noRows,
      inPlace,
      signal,
    });
  } catch (error) {
    await kept?.close();
    await collecting.spool?.close();
    throw error;
  }
}

/** Of a table without a vector, which is refused. */
const noRows: KeptRows['rows'] = { async *blocks() {}, async close() {} };

function isLarger(inPlace: RowsInFile | null, memoryBytes: number): boolean {
  return inPlace !== null && 4 * inPlace.rows * inPlace.dim > memoryBytes;
}

/** What is known of a table while it is read. */
interface Collecting {
  readonly ids: RowIds;
  readonly labels: LabelCollector | null;
  readonly by: LabelCollector | null;
  readonly hash: Hash;
  /** Null where vectors stay where they are. */
  readonly memoryBytes: number | null;
  spool: VectorSpool | undefined;
  dim: number;
  rows: number;
  unusable: number;
  readonly faults: Partial<Record<RowFault, number>>;
  firstUnusable: string | null;
  isUnit: boolean;
}

function beginCollecting(
  table: VectorTable,
  { id, label, by }: ChosenVectorColumns,
  memoryBytes: number | null,
): Collecting {
  const { url, columns } = table;
  const collector = (name: string | null, allowsNumbers: boolean): LabelCollector | null => {
    if (name === null) return null;
    const areUntyped = columns.find((one) => one.name === name)?.isUntyped ?? false;
    return labelCollector({
      url,
      column: name,
      classNames: table.classNames?.(name),
      areUntyped,
      allowsNumbers,
    });
  };
  return {
    ids: rowIds(url, id),
    labels: collector(label, false),
    by: collector(by, true),
    hash: createHash('sha256'),
    memoryBytes,
    spool: undefined,
    dim: 0,
    rows: 0,
    unusable: 0,
    faults: {},
    firstUnusable: null,
    isUnit: true,
  };
}

async function readRows(
  table: VectorTable,
  chosen: ChosenVectorColumns,
  collecting: Collecting,
  { onRows, signal }: CollectOptions,
): Promise<void> {
  const { vector, id, label, by } = chosen;
  const names = [...new Set([id, label, by].filter((name) => name !== null))];
  for await (const rows of table.batches(vector, names, signal)) {
    signal?.throwIfAborted();
    await addRows(table, chosen, collecting, rows);
    onRows?.(collecting.rows, table.rows);
  }
}

async function addRows(
  { url }: VectorTable,
  chosen: ChosenVectorColumns,
  collecting: Collecting,
  { rows, vectors, cells }: VectorRows,
): Promise<void> {
  const cellsOf = (name: string | null) => (name === null ? undefined : cells.get(name));
  const [id, label, by] = [chosen.id, chosen.label, chosen.by].map(cellsOf);
  const { dim, values, missing } = vectors!;
  if (dim > 0) collecting.dim = dim;
  if (collecting.rows + rows > mostRows) {
    throw new PipelineError('ERR_FORMAT', `\`${url}\` has more rows than ${counted(mostRows)}`, {
      path: url,
    });
  }
  let kept = 0;
  for (let row = 0; row < rows; row += 1) {
    const at = collecting.rows + row;
    const fault = faultOf({ dim, values, missing }, row);
    if (fault !== undefined) {
      collecting.firstUnusable ??= collecting.ids.shown(id?.[row], at);
      collecting.unusable += 1;
      collecting.faults[fault] = (collecting.faults[fault] ?? 0) + 1;
      continue;
    }
    if (kept < row) values.copyWithin(kept * dim, row * dim, (row + 1) * dim);
    collecting.isUnit &&= isUnitRow(values, kept, dim);
    collecting.ids.add(id?.[row], at);
    collecting.labels?.add(label?.[row], at);
    collecting.by?.add(by?.[row], at);
    kept += 1;
  }
  collecting.rows += rows;
  if (kept > 0) await addVectors(collecting, values.subarray(0, kept * dim));
}

function faultOf({ dim, values, missing }: VectorCells, row: number): RowFault | undefined {
  if (dim === 0 || missing?.[row] === 1) return 'missing';
  return vectorFault(values, row * dim, dim);
}

function isUnitRow(values: Float32Array, row: number, dim: number): boolean {
  const length = lengthOfRow(values.subarray(row * dim, (row + 1) * dim));
  return Math.abs(length - 1) <= unitTolerance;
}

async function addVectors(collecting: Collecting, rows: Float32Array): Promise<void> {
  const { hash, memoryBytes, dim } = collecting;
  hash.update(bytesOf(rows));
  if (memoryBytes === null) return;
  collecting.spool ??= vectorSpool(dim, memoryBytes);
  await collecting.spool.add(rows);
}

interface KeptRows {
  readonly rows: Pick<VectorSpool, 'blocks' | 'close'>;
  readonly inPlace: RowsInFile | null;
  readonly signal: AbortSignal | undefined;
}

function foundVectors(
  table: VectorTable,
  chosen: ChosenVectorColumns,
  collecting: Collecting,
  { rows, inPlace, signal }: KeptRows,
): FoundVectors {
  const { url } = table;
  const { unusable, firstUnusable, faults, isUnit } = collecting;
  const ids = collecting.ids.finish(collecting.rows);
  const { count } = ids;
  requireSome(url, collecting, count);
  const classes = collecting.labels?.finish() ?? unknownClasses(count);
  const attribute = collecting.by?.finish();
  const dim = inPlace?.dim ?? collecting.dim;
  const kept: VectorSet = {
    name: url,
    classes: classes.classes,
    dim,
    count,
    labels: classes.labels,
    id: (position) => ids.id(position),
    blocks: () => rows.blocks(signal),
  };
  const set = inPlace === null || unusable === 0 ? kept : keptAmong(kept, ids, inPlace.rows);
  const idHash = hashOfIds(ids);
  return {
    ...set,
    layer: isUnit ? 'projection' : 'embedding',
    listingHash: sha256(JSON.stringify(classes.classes), idHash, labelBytes(classes)),
    contentHash: sha256(idHash, String(dim), collecting.hash.digest()),
    isNumbered: chosen.id === null,
    unusable: { rows: unusable, first: firstUnusable, faults },
    attribute:
      attribute === undefined
        ? null
        : { name: chosen.by!, values: attribute.classes, codes: attribute.labels },
    notes: [...chosen.notes, ...roundingNotes(table, chosen), ...classes.notes],
    close: () => rows.close(),
  };
}

/** Rows that are kept of all that lie in a file. */
function keptAmong(kept: VectorSet, ids: FinishedIds, all: number): VectorSet {
  const positions = Int32Array.from({ length: kept.count }, (_, position) => ids.row(position));
  const selected = selectedVectors({ ...kept, count: all, labels: new Int32Array(all) }, positions);
  return { ...kept, blocks: () => selected.blocks() };
}

function requireSome(url: string, { rows, faults }: Collecting, count: number): void {
  if (count > 0) return;
  const text =
    rows === 0
      ? 'holds no rows'
      : `holds no vector that can be used: of ${counted(rows, 'row')} ${shownFaults(faults)}`;
  throw new PipelineError('ERR_FORMAT', `\`${url}\` ${text}. Write it again`, { path: url });
}

function unknownClasses(count: number): ClassLabels {
  return { classes: [], labels: new Int32Array(count).fill(-1), notes: [] };
}

/** Numbers of which some are no float32. */
const roundedTypes: ReadonlySet<NumberType> = new Set<NumberType>([
  'float64',
  'int32',
  'uint32',
  'int64',
  'uint64',
]);

function roundingNotes(
  { url, columns }: VectorTable,
  { vector }: ChosenVectorColumns,
): readonly string[] {
  const numbers = columns.find(({ name }) => name === vector)?.numbers;
  if (numbers === undefined || !roundedTypes.has(numbers)) return [];
  return [`\`${url}\`: ${numbers} of ${shownName(vector)} are rounded to float32`];
}

/** Ids that are hashed at once. */
const idsAtOnce = 1000;

function hashOfIds(ids: FinishedIds): Buffer {
  const { count } = ids;
  const hash = createHash('sha256');
  for (let first = 0; first < count; first += idsAtOnce) {
    const some = Array.from({ length: Math.min(idsAtOnce, count - first) }, (_, at) =>
      ids.id(first + at),
    );
    // Sizes before them: no id is taken for two.
    hash.update(some.map((one) => `${one.length}:${one}`).join(''));
  }
  return hash.digest();
}

function labelBytes({ labels }: ClassLabels): Uint8Array {
  return new Uint8Array(labels.buffer, labels.byteOffset, labels.byteLength);
}

function sha256(...parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}
