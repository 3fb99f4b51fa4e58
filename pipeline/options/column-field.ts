import { z } from 'zod';
import { type ColumnNames, type ColumnRole, columnRoles } from '../../operators/column-names.ts';
import { eitherOf } from '../../operators/message-words.ts';
import { nearestWord } from '../../operators/nearest-word.ts';
import { wholeSentence } from './whole-sentence.ts';

/** Columns by what they hold: an object, or as a command line has it the text `image=IMG,label=LABEL`. */
export const columnNames: z.ZodType<ColumnNames> = z.unknown().transform((value, context) => {
  const given = typeof value === 'string' ? pairsIn(value) : value;
  const mistake = mistakeIn(given);
  if (mistake === undefined) return given as ColumnNames;
  context.addIssue({
    code: 'custom',
    message: `Expected \`columns\` to be ${expectedColumns}, got ${shown(value)}${mistake}`,
    params: wholeSentence,
  });
  return z.NEVER;
});

/** Domain of the option, to follow "Expected … to be". */
export const expectedColumns = 'columns by what they hold, such as `image=IMG,label=LABEL`';

/** Pairs of a text; undefined of one that holds none. A name with a comma is written in a configuration file. */
function pairsIn(text: string): Readonly<Record<string, string>> | undefined {
  const pairs = text.split(',').map((pair) => {
    const at = pair.indexOf('=');
    return [pair.slice(0, Math.max(0, at)).trim(), pair.slice(at + 1).trim()] as const;
  });
  const keys = pairs.map(([key]) => key);
  if (keys.includes('') || new Set(keys).size < keys.length) return undefined;
  return Object.fromEntries(pairs);
}

/** What is wrong, to follow the value; empty where that says it itself. */
function mistakeIn(given: unknown): string | undefined {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return '';
  const entries = Object.entries(given);
  const unknown = entries.find(([key]) => !columnRoles.includes(key as ColumnRole));
  if (unknown !== undefined) {
    const meant = nearestWord(unknown[0], columnRoles);
    return meant === undefined
      ? `: what a column holds is ${eitherOf(columnRoles)}`
      : `; did you mean \`${meant}\`?`;
  }
  const isNamed = entries.every(([, name]) => typeof name === 'string' && name !== '');
  return entries.length > 0 && isNamed ? undefined : '';
}

function shown(value: unknown): string {
  return `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
}
