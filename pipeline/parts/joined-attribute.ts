import { labelCollector } from '../../datasets/vectors/class-labels.ts';
import { PipelineError } from '../../operators/errors.ts';
import type { ImageAttribute } from '../../operators/evaluation/scores/image-attribute.ts';
import { counted, shownName } from '../../operators/message-words.ts';
import { idKey } from './id-key.ts';
import { openIdTable } from './id-table.ts';
import type { OpenedSet } from './opened-set.ts';
import type { TellNote } from './run-event.ts';
import type { SetScope } from './set-options.ts';

/** Table of an attribute: its location, and the column. */
export interface AttributeTable {
  /** `FILE?id=COLUMN`, of any format that files of vectors have; vectors in it are not read. */
  readonly attributes: string;
  readonly by: string;
}

/**
 * Attribute of the images of a set, joined from a table by id. Images that are not in the table have no value, and rows
 * of other ids are left; both are counted and told. An id that several rows of the set have stands for each of them; one
 * that several rows of the table have must have one value. Ids are texts: `7` and `007` are two, which is told, but of a
 * set without ids, whose rows are known by numbers, they are one.
 *
 * Memory: the ids of the set.
 *
 * @throws {PipelineError} `ERR_FORMAT` when the table cannot be read, has no ids or no such column, no id is common, or an
 * id has two values.
 */
export async function joinedAttribute(
  set: OpenedSet,
  { attributes, by }: AttributeTable,
  { signal, tell }: Pick<SetScope, 'signal' | 'tell'>,
  note: TellNote,
): Promise<ImageAttribute> {
  const { table, id } = await openIdTable(attributes, { option: 'attributes', by }, signal);
  const { url } = table;
  const areUntyped = table.columns.find(({ name }) => name === by)?.isUntyped ?? false;
  const classNames = table.classNames?.(by);
  const values = labelCollector({ url, column: by, classNames, areUntyped, allowsNumbers: true });
  const key = idKey(set);
  const places = placesOf(set, key);
  const positions: number[] = [];
  const others: string[] = [];
  let [rows, unmatched] = [0, 0];
  for await (const batch of table.batches(null, [...new Set([id, by])], signal)) {
    const [ids, cells] = [batch.cells.get(id)!, batch.cells.get(by)!];
    for (let row = 0; row < batch.rows; row += 1) {
      const text = String(ids[row] ?? '');
      const position = places.first.get(key(text));
      if (position === undefined) {
        unmatched += 1;
        if (others.length < mostOthers) others.push(text);
        continue;
      }
      values.add(cells[row], rows + row);
      positions.push(position);
    }
    rows += batch.rows;
    tell?.({ label: 'reading attributes', done: rows, total: table.rows, unit: 'rows' });
  }
  const { classes, labels } = values.finish();
  const codes = new Int32Array(set.count).fill(-1);
  const isKnown = new Uint8Array(set.count);
  for (const [at, first] of positions.entries()) {
    if (isKnown[first] === 1 && codes[first] !== labels[at]) {
      throw twoValues(url, by, set.id(first));
    }
    for (let position = first; position >= 0; position = places.next[position]!) {
      codes[position] = labels[at]!;
      isKnown[position] = 1;
    }
  }
  const unmatchedIds = { url, id, unmatched, others };
  if (!isKnown.includes(1)) throw noneCommon(set, unmatchedIds);
  tellUnmatched(set, isKnown, unmatchedIds, note);
  return { name: by, values: classes, codes };
}

/** Ids of other rows that are compared with those of images without one, to see what is only written otherwise. */
const mostOthers = 1000;

interface Places {
  /** First position of each id. */
  readonly first: ReadonlyMap<string, number>;
  /** `[count]` next position of the same id, as exports may have it; -1 for none. */
  readonly next: Int32Array;
}

function placesOf(set: OpenedSet, key: (id: string) => string): Places {
  const first = new Map<string, number>();
  const next = new Int32Array(set.count).fill(-1);
  for (let position = set.count - 1; position >= 0; position -= 1) {
    const text = key(set.id(position));
    next[position] = first.get(text) ?? -1;
    first.set(text, position);
  }
  return { first, next };
}

/** Rows of a table that are of no image. */
interface Unmatched {
  readonly url: string;
  readonly id: string;
  readonly unmatched: number;
  /** Ids of the first of them. */
  readonly others: readonly string[];
}

/**
 * An id of an image without a row, and that of a row without an image, which are the same number: `7`, `007` and `7.0`.
 * Which of them are meant to be the same, nobody but their author knows.
 */
function writtenOtherwise(
  set: OpenedSet,
  isKnown: Uint8Array,
  others: readonly string[],
): string | undefined {
  const byNumber = new Map(
    others.flatMap((id) => {
      const number = numberOf(id);
      return number === undefined ? [] : [[number, id]];
    }),
  );
  if (byNumber.size === 0) return undefined;
  for (let position = 0; position < set.count; position += 1) {
    if (isKnown[position] === 1) continue;
    const id = set.id(position);
    const other = byNumber.get(numberOf(id) ?? '');
    if (other === undefined) continue;
    return `${shownName(id)} is ${shownName(other)} there: write ids alike, as texts`;
  }
  return undefined;
}

/** Digits of a whole number without what may be left out. */
function numberOf(id: string): string | undefined {
  const [, sign, digits] = /^\s*([+-]?)0*(\d+)(?:\.0*)?\s*$/u.exec(id) ?? [];
  return digits === undefined ? undefined : `${sign === '-' ? '-' : ''}${digits}`;
}

function twoValues(url: string, by: string, id: string): PipelineError {
  return new PipelineError(
    'ERR_FORMAT',
    `\`${id}\` has two values of \`${by}\` in \`${url}\`. Leave one of them`,
    { path: url, sample: id, options: ['attributes'] },
  );
}

function noneCommon(set: OpenedSet, { url, id, others }: Unmatched): PipelineError {
  const [other] = others;
  const such = other === undefined ? '' : `, where they are such as ${shownName(other)}`;
  const way =
    writtenOtherwise(set, new Uint8Array(set.count), others) ??
    `Choose another column: \`${url}?id=COLUMN\``;
  return new PipelineError(
    'ERR_FORMAT',
    `No id of \`${set.name}\`, such as ${shownName(set.id(0))}, is in ${shownName(id)} of \`${url}\`${such}. ${way}`,
    { path: url, options: ['attributes'] },
  );
}

function tellUnmatched(
  set: OpenedSet,
  isKnown: Uint8Array,
  { url, unmatched, others }: Unmatched,
  note: TellNote,
): void {
  const missing = isKnown.reduce((sum, one) => sum + 1 - one, 0);
  const otherwise = missing === 0 ? undefined : writtenOtherwise(set, isKnown, others);
  if (missing > 0) {
    const all = counted(set.count, 'test image');
    const hint = otherwise === undefined ? '' : `. ${otherwise}`;
    note(
      `${counted(missing)} of ${all} ${missing === 1 ? 'is' : 'are'} not in \`${url}\`: in no group${hint}`,
    );
  }
  if (unmatched > 0) {
    note(
      `${counted(unmatched, 'row')} of \`${url}\` ${unmatched === 1 ? 'is' : 'are'} of no test image`,
    );
  }
}
