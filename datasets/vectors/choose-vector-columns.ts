import { PipelineError } from '../../operators/errors.ts';
import { counted, shownName } from '../../operators/message-words.ts';
import { nearestWord } from '../../operators/nearest-word.ts';
import type { VectorColumns } from './found-vectors.ts';
import { decimalCommaType } from './text-vectors.ts';
import { foldedName, isPaired, isUsual, usualNames, type UsualRole } from './usual-columns.ts';
import { suffixFor } from './vector-location.ts';
import type { VectorColumn, VectorTable } from './vector-table.ts';

/** Columns of a table by what they hold; null for none. */
export interface ChosenVectorColumns {
  readonly vector: string;
  readonly id: string | null;
  readonly label: string | null;
  /** Column of the attribute. */
  readonly by: string | null;
  /** What was guessed, a sentence each. */
  readonly notes: readonly string[];
}

/** Columns that are wanted. */
export interface WantedColumns extends VectorColumns {
  readonly by?: string | undefined;
}

type Role = 'id' | 'label' | 'vector' | 'by';

/** Kinds of columns that each role can have. */
const kinds: Readonly<Record<Role, readonly VectorColumn['kind'][]>> = {
  vector: ['vector'],
  id: ['text', 'integer'],
  label: ['text', 'integer', 'number', 'boolean'],
  by: ['text', 'integer', 'number', 'boolean'],
};

const roleWords: Readonly<Record<Role, string>> = {
  vector: 'vectors: lists of numbers',
  id: 'ids: texts or integers',
  label: 'classes: texts, integers or booleans',
  by: 'an attribute: texts or numbers',
};

/**
 * Finds the columns of vectors, ids and classes: those that were named, else those that are plain: the only one of vectors, and
 * what is called as usual, whatever the case and `-`, `_` and spaces. An empty name is none.
 *
 * @throws {PipelineError} `ERR_FORMAT`, listing the columns with their types, when one is not there, cannot be what it is named
 * for, or several could be meant.
 */
export function chooseVectorColumns(
  table: Pick<VectorTable, 'url' | 'columns' | 'format'>,
  wanted: WantedColumns,
): ChosenVectorColumns {
  const notes: string[] = [];
  const vector = wanted.vector || guessed(table, 'vector', [], notes);
  if (vector === null) throw withoutVectors(table);
  requireColumn(table, 'vector', vector);
  const taken = [vector];
  const chosen = (role: 'id' | 'label'): string | null => {
    const { [role]: name } = wanted;
    const found = name === undefined ? guessed(table, role, taken, notes) : name || null;
    if (found === null) return null;
    requireColumn(table, role, found);
    taken.push(found);
    return found;
  };
  const [label, id] = [chosen('label'), chosen('id')];
  if (wanted.by !== undefined) requireColumn(table, 'by', wanted.by);
  if (id === null)
    notes.push(`there are no ids in \`${table.url}\`: rows are known by their numbers, from 0`);
  if (label === null) notes.push(withoutClasses(table, vector, wanted.label));
  return { vector, id, label, by: wanted.by ?? null, notes };
}

/**
 * Finds the one column of a file beside an array: that which was named, the only one that can be it, or what is called as usual.
 *
 * @throws {PipelineError} `ERR_FORMAT` as `chooseVectorColumns`.
 */
export function chooseBeside(
  table: Pick<VectorTable, 'url' | 'columns' | 'format'>,
  role: 'id' | 'label' | 'by',
  name: string | undefined,
): VectorColumn {
  const fitting = table.columns.filter(({ kind }) => kinds[role].includes(kind));
  const only = fitting.length === 1 ? fitting[0]!.name : undefined;
  const usually = role === 'by' ? null : (name ?? only ?? guessed(table, role, [], []));
  const found = name ?? only ?? usually;
  if (found === null) {
    throw columnsError(
      table,
      role,
      `has no column that is plainly of ${roleWords[role]}. Name one as \`FILE:COLUMN\`: it has ${listed(table)}${flatWay(table)}`,
    );
  }
  requireColumn(table, role, found);
  return table.columns.find((one) => one.name === found)!;
}

/** @param taken The column of the vectors, and others that are something else. */
function guessed(
  table: Pick<VectorTable, 'url' | 'columns' | 'format'>,
  role: UsualRole,
  taken: readonly string[],
  notes: string[],
): string | null {
  const fitting = table.columns.filter(
    ({ kind, name }) => kinds[role].includes(kind) && !taken.includes(name),
  );
  const [only] = fitting;
  if (role === 'vector' && fitting.length === 1) {
    // Nothing else could be meant.
    return only!.name;
  }
  const vector = table.columns.find(({ name }) => name === taken[0]);
  const likely = likeliest(role, fitting, vector);
  const named = likely.filter((column) => !hasOtherRows(column, vector));
  if (named.length === 0)
    notes.push(...likely.map((column) => untaken(table, role, column, vector)));
  const [first] = named;
  const isPlain = named.length === 1 || (role === 'id' && named.length > 1);
  if (isPlain) {
    const best = role === 'id' ? preferred(named) : first!;
    notes.push(
      `\`${table.url}\`: ${shownName(best.name)} is taken for ${roleWords[role].split(':')[0]}`,
    );
    return best.name;
  }
  const several = role === 'vector' ? fitting : named;
  if (several.length === 0) return null;
  throw severalColumns(table, role, several);
}

/** Arrays of an archive may be of other rows than the vectors. */
function hasOtherRows({ rows }: VectorColumn, vector: VectorColumn | undefined): boolean {
  return rows !== undefined && vector?.rows !== undefined && rows !== vector.rows;
}

function untaken(
  { url }: Pick<VectorTable, 'url'>,
  role: UsualRole,
  { name, rows = 0 }: VectorColumn,
  vector: VectorColumn | undefined,
): string {
  const what = roleWords[role].split(':')[0];
  return `\`${url}\`: ${shownName(name)} is not taken for ${what}: it has ${counted(rows, 'row')}, and there are ${counted(vector?.rows ?? 0)}`;
}

/** Columns whose names say so: that of these vectors, else those called as usual, where some are with as many rows. */
function likeliest(
  role: UsualRole,
  fitting: readonly VectorColumn[],
  vector: VectorColumn | undefined,
): readonly VectorColumn[] {
  const named = fitting.filter(({ name }) => isUsual(role, name));
  if (role === 'vector' || vector === undefined) return named;
  const paired = fitting.filter(({ name }) => isPaired(role, name, vector.name));
  if (paired.length === 1) return paired;
  const ofItsRows = named.filter(({ rows }) => rows === vector.rows);
  return ofItsRows.length > 0 ? ofItsRows : named;
}

function preferred(columns: readonly VectorColumn[]): VectorColumn {
  const rank = ({ name }: VectorColumn): number => usualNames.id.indexOf(foldedName(name));
  return columns.reduce((best, one) => (rank(one) < rank(best) ? one : best));
}

/** What is told of a table without classes, and of an array of them that is none of one size. */
function withoutClasses(
  table: Pick<VectorTable, 'url' | 'columns' | 'format'>,
  vector: string,
  wanted: string | undefined,
): string {
  const none = `there are no classes in \`${table.url}\`: all are unknown`;
  const flat = table.columns.find(
    ({ name, kind }) =>
      kind === 'vector' &&
      name !== vector &&
      (isUsual('label', name) || isPaired('label', name, vector)),
  );
  if (wanted !== undefined || flat === undefined) return none;
  return `${none}. ${shownName(flat.name)} (${flat.type}) cannot be them${flatWay(table)}`;
}

/** The way out for arrays whose rows are more than a value each. */
function flatWay({ format }: Pick<VectorTable, 'format'>): string {
  if (format !== 'npy' && format !== 'npz') return '';
  return '; an array of one size can. Save `y.ravel()` of `[rows, 1]`, and `y.argmax(axis=1)` of one-hot rows';
}

function requireColumn(
  table: Pick<VectorTable, 'url' | 'columns' | 'format'>,
  role: Role,
  name: string,
): void {
  const found = table.columns.filter((one) => one.name === name);
  const [column] = found;
  if (column === undefined) throw notThere(table, role, name);
  if (found.length > 1) {
    throw columnsError(
      table,
      role,
      `has ${found.length} columns ${shownName(name)}. Give each a name of its own`,
    );
  }
  if (kinds[role].includes(column.kind)) return;
  throw columnsError(
    table,
    role,
    `has ${shownName(name)} of the type \`${column.type}\`, which cannot be ${roleWords[role]}${role !== 'vector' && column.kind === 'vector' ? flatWay(table) : ''}. It has ${listed(table)}`,
  );
}

function notThere(
  table: Pick<VectorTable, 'url' | 'columns'>,
  role: Role,
  name: string,
): PipelineError {
  const fitting = table.columns.filter(({ kind }) => kinds[role].includes(kind));
  const near = nearestWord(
    name,
    fitting.map((one) => one.name),
  );
  const isSeveral = /[^&](?:id|label|vector)=/u.test(name);
  const joined = isSeveral
    ? ' Columns are named with `&` between them: `?id=COLUMN&label=COLUMN`.'
    : '';
  const meant = near === undefined ? joined : ` Did you mean ${shownName(near)}?`;
  return columnsError(
    table,
    role,
    `has no column ${shownName(name)}.${meant} It has ${listed(table)}`,
  );
}

function severalColumns(
  table: Pick<VectorTable, 'url' | 'columns'>,
  role: 'id' | 'label' | 'vector',
  several: readonly VectorColumn[],
): PipelineError {
  const [first] = several;
  return columnsError(
    table,
    role,
    `has several columns that could be ${roleWords[role].split(':')[0]}: ${listed({ columns: several })}. Choose one, such as ` +
      `\`${table.url}${suffixFor(role, first!.name)}\``,
  );
}

function withoutVectors(table: Pick<VectorTable, 'url' | 'columns' | 'format'>): PipelineError {
  return columnsError(
    table,
    'vector',
    table.format === 'npy' || table.format === 'npz'
      ? `has no array of vectors: it has ${listed(table)}. Vectors are numbers of two sizes, [rows, numbers of each]: reshape it`
      : `has no column of vectors, lists of numbers of one length: it has ${listed(table)}${commaWay(table)}`,
  );
}

function commaWay({ columns }: Pick<VectorTable, 'columns'>): string {
  if (!columns.some(({ type }) => type === decimalCommaType)) return '';
  return '. Write numbers with decimal points: `to_csv(FILE, decimal=".")` of pandas does';
}

/** Columns with their types, the first of them. */
function listed({ columns }: Pick<VectorTable, 'columns'>): string {
  const most = 20;
  const shown = columns.slice(0, most).map(({ name, type }) => `${shownName(name)} (${type})`);
  const rest = columns.length - shown.length;
  if (shown.length === 0) return 'no columns';
  return shown.join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}

function columnsError({ url }: Pick<VectorTable, 'url'>, role: Role, text: string): PipelineError {
  const options = role === 'by' ? ['by'] : [];
  const option = role === 'by' ? ' for `by`' : '';
  return new PipelineError('ERR_FORMAT', `\`${url}\`${option} ${text}`, { path: url, options });
}
