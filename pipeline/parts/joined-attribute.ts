import { labelCollector } from '../../datasets/vectors/class-labels.ts';
import { PipelineError } from '../../operators/errors.ts';
import type { ImageAttribute } from '../../operators/evaluation/scores/image-attribute.ts';
import type { VectorSet } from '../../operators/evaluation/vectors/vector-set.ts';
import { counted } from '../../operators/message-words.ts';
import { openIdTable } from './id-table.ts';
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
 * of other ids are left; both are counted and told.
 *
 * Memory: the ids of the set.
 *
 * @throws {PipelineError} `ERR_FORMAT` when the table cannot be read, has no ids or no such column, no id is common, or an
 * id has two values.
 */
export async function joinedAttribute(
  set: VectorSet,
  { attributes, by }: AttributeTable,
  { signal, tell }: Pick<SetScope, 'signal' | 'tell'>,
  note: TellNote,
): Promise<ImageAttribute> {
  const { table, id } = await openIdTable(attributes, { option: 'attributes', by }, signal);
  const { url } = table;
  const areUntyped = table.columns.find(({ name }) => name === by)?.isUntyped ?? false;
  const classNames = table.classNames?.(by);
  const values = labelCollector({ url, column: by, classNames, areUntyped, allowsNumbers: true });
  const places = new Map<string, number>();
  for (let position = 0; position < set.count; position += 1)
    places.set(set.id(position), position);
  const positions: number[] = [];
  let [rows, others] = [0, 0];
  for await (const batch of table.batches(null, [...new Set([id, by])], signal)) {
    const [ids, cells] = [batch.cells.get(id)!, batch.cells.get(by)!];
    for (let row = 0; row < batch.rows; row += 1) {
      const position = places.get(String(ids[row] ?? ''));
      if (position === undefined) {
        others += 1;
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
  for (const [at, position] of positions.entries()) {
    if (isKnown[position] === 1 && codes[position] !== labels[at]) {
      throw twoValues(url, by, set.id(position));
    }
    codes[position] = labels[at]!;
    isKnown[position] = 1;
  }
  const known = isKnown.reduce((sum, one) => sum + one, 0);
  if (known === 0) throw noneCommon(set, url, id);
  tellUnmatched({ set, url, known, others }, note);
  return { name: by, values: classes, codes };
}

function twoValues(url: string, by: string, id: string): PipelineError {
  return new PipelineError(
    'ERR_FORMAT',
    `\`${id}\` has two values of \`${by}\` in \`${url}\`. Leave one of them`,
    { path: url, sample: id, options: ['attributes'] },
  );
}

function noneCommon(set: VectorSet, url: string, id: string): PipelineError {
  return new PipelineError(
    'ERR_FORMAT',
    `No id of \`${set.name}\`, such as \`${set.id(0)}\`, is in \`${id}\` of \`${url}\`. Choose another column: \`${url}?id=COLUMN\``,
    { path: url, options: ['attributes'] },
  );
}

function tellUnmatched(
  found: { readonly set: VectorSet; readonly url: string; known: number; others: number },
  note: TellNote,
): void {
  const { set, url, known, others } = found;
  const missing = set.count - known;
  const texts = [
    ...(missing === 0
      ? []
      : [
          `${counted(missing)} of ${counted(set.count, 'test image')} ${missing === 1 ? 'is' : 'are'} not in \`${url}\`: in no group`,
        ]),
    ...(others === 0
      ? []
      : [
          `${counted(others, 'row', 'rows')} of \`${url}\` ${others === 1 ? 'is' : 'are'} of no test image`,
        ]),
  ];
  for (const text of texts) note(text);
}
