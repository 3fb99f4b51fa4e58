import path from 'node:path';
import { PipelineError } from '../../operators/errors.ts';
import { shownLocation } from '../../operators/shown-location.ts';
import { counted, shownName } from '../../operators/message-words.ts';
import type { BesideColumn } from './beside-columns.ts';
import { chooseBeside, type WantedColumns } from './choose-vector-columns.ts';
import { lineTable } from './line-table.ts';
import { besideFile } from './beside-file.ts';
import type { FoundFile } from './found-file.ts';
import { openVectorTable } from './open-vector-table.ts';
import { tablesBeside } from './tables-beside.ts';
import type { VectorTable } from './vector-table.ts';

/** Columns of files beside an array, which has vectors alone. */
export interface FoundBeside {
  readonly columns: readonly BesideColumn[];
  /** Their names, for those that were not named. */
  readonly wanted: WantedColumns;
  readonly notes: readonly string[];
}

/**
 * Finds the classes and ids of an array in files beside it: those that were named, `label=FILE` or `label=FILE:COLUMN`, else on
 * a disk those whose names say so, such as `y.npy` of `x.npy`.
 *
 * @throws {PipelineError} `ERR_FORMAT` when a named one is not there, or a file has no column that is plain.
 */
export async function findBeside(
  found: FoundFile,
  table: VectorTable,
  wanted: WantedColumns,
  signal?: AbortSignal,
): Promise<FoundBeside> {
  const columns: BesideColumn[] = [];
  const notes: string[] = [];
  const names: Record<'id' | 'label', string | undefined> = { id: wanted.id, label: wanted.label };
  for (const role of ['label', 'id'] as const) {
    const name = names[role];
    if (name === '') continue;
    if (name !== undefined) columns.push(await named(found, role, name, signal));
    else {
      const guess = await guessed(found, table, { role, notes, signal });
      if (guess === undefined) continue;
      columns.push(guess);
      names[role] = guess.name;
      notes.push(
        `\`${guess.table.url}\` is taken for ${role === 'id' ? 'ids' : 'classes'} of \`${found.url}\``,
      );
    }
  }
  if (columns.length === 0 && names.label === undefined && names.id === undefined)
    notes.push(...(await tablesBeside(found, table, signal)));
  if (wanted.by !== undefined) columns.push(await named(found, 'by', wanted.by, signal));
  const once = columns.filter(
    (one, at) => columns.findIndex(({ name }) => name === one.name) === at,
  );
  return {
    columns: once,
    // None is guessed any more.
    wanted: { ...wanted, id: names.id ?? '', label: names.label ?? '' },
    notes,
  };
}

async function named(
  found: FoundFile,
  role: 'id' | 'label' | 'by',
  name: string,
  signal: AbortSignal | undefined,
): Promise<BesideColumn> {
  const [, file, column] = /^(.+):([^/\\:]+)$/su.exec(name) ?? [];
  const whole = await besideFile(found, name, signal);
  if (whole !== undefined) return await columnOf(whole, { role, name, column: undefined, signal });
  const part = file === undefined ? undefined : await besideFile(found, file, signal);
  if (part !== undefined) return await columnOf(part, { role, name, column, signal });
  throw new PipelineError(
    'ERR_FORMAT',
    `There is no file ${shownName(shownLocation(name))} beside \`${found.url}\`, whose ${role === 'by' ? '`by`' : `\`${role}\``} it is named for: ` +
      'an array has vectors alone. Name a `.npy`, a text with one in each line, or a table as `FILE:COLUMN`',
    { path: found.url, options: role === 'by' ? ['by'] : [] },
  );
}

interface BesideName {
  readonly role: 'id' | 'label' | 'by';
  readonly name: string;
  readonly column: string | undefined;
  readonly signal: AbortSignal | undefined;
}

async function columnOf(
  file: FoundFile,
  { role, name, column, signal }: BesideName,
): Promise<BesideColumn> {
  const isTable = /\.(?:csv|tsv|npy|npz|parquet|arrow|arrows|feather|ipc)$/iu.test(file.object.key);
  const table = isTable ? (await openVectorTable(file, signal)).table : lineTable(file);
  return { name, table, column: chooseBeside(table, role, column) };
}

/** Names of files beside one that is called so, the likeliest first; `{}` stands for what `.npy` is the end of. */
const usual: Readonly<Record<'id' | 'label', readonly string[]>> = {
  label: [
    '{}_labels',
    '{}-labels',
    '{}.labels',
    '{}_label',
    '{}_y',
    '{}_targets',
    'labels',
    'y',
    'targets',
  ],
  id: ['{}_ids', '{}-ids', '{}.ids', '{}_id', '{}_paths', 'ids'],
};

/** Words for vectors in names, and what stands for classes or ids in their place. */
const replaced: readonly (readonly [vectors: RegExp, label: string, id: string])[] = [
  [/(?<![a-z])x(?![a-z])/u, 'y', 'ids'],
  [/(?<![A-Za-z])X(?![A-Za-z])/u, 'y', 'ids'],
  [/(?:embeddings?|vectors?|projections?|features?|feats?|embs?)/iu, 'labels', 'ids'],
];

function usualNames(role: 'id' | 'label', key: string): readonly string[] {
  const stem = path.basename(key).replace(/\.[^.]*$/u, '');
  const others = replaced.flatMap(([vectors, label, id]) =>
    vectors.test(stem) ? [stem.replace(vectors, role === 'id' ? id : label)] : [],
  );
  const own = usual[role].map((name) => name.replace('{}', stem));
  const stems = [...new Set([...others, ...own])].filter((name) => name !== stem);
  return stems.flatMap((name) => [`${name}.npy`, `${name}.txt`]);
}

interface Guessing {
  readonly role: 'id' | 'label';
  readonly notes: string[];
  readonly signal: AbortSignal | undefined;
}

async function guessed(
  found: FoundFile,
  base: VectorTable,
  { role, notes, signal }: Guessing,
): Promise<BesideColumn | undefined> {
  // On a server each name is a request.
  if (found.place.store.isRemote) return undefined;
  for (const name of usualNames(role, found.object.key)) {
    const file = await besideFile(found, name, signal);
    if (file === undefined) continue;
    const untaken = (why: string): number =>
      notes.push(
        `\`${file.url}\` is not taken for ${role === 'id' ? 'ids' : 'classes'} of \`${found.url}\`: ${why}`,
      );
    try {
      const beside = await columnOf(file, { role, name, column: undefined, signal });
      const other = await otherRows(beside, base.rows ?? 0, signal);
      if (other === undefined) return beside;
      untaken(`it has ${other}, and there are ${counted(base.rows ?? 0)}`);
    } catch (error) {
      if (!(error instanceof PipelineError)) throw error;
      untaken(error.message);
    }
  }
  return undefined;
}

/** Rows of a file beside an array, where they are not as many; a text is read until it has more. */
async function otherRows(
  { table, column }: BesideColumn,
  expected: number,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  let rows = table.rows ?? 0;
  if (table.rows === undefined) {
    for await (const batch of table.batches(null, [column.name], signal)) {
      rows += batch.rows;
      if (rows > expected) return `more than ${counted(expected, 'row')}`;
    }
  }
  return rows === expected ? undefined : counted(rows, 'row');
}
