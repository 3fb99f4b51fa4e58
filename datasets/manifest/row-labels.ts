import { shownName } from '../../operators/message-words.ts';
import type { DatasetNote } from '../../operators/types.ts';

/** Classes of rows as they come; what separates several in a text is known when all were seen. */
export interface RowLabels {
  /** Number of a cell: equal exactly for cells that say the same. @throws {Error} When it is no class: the reason. */
  add(cell: unknown): number;
  /** Classes of each number, and what is to be told of them. */
  finish(): {
    readonly classes: readonly (readonly string[])[];
    readonly notes: readonly DatasetNote[];
  };
}

/** Options of `rowLabels`. */
export interface RowLabelsOptions {
  readonly column: string;
  /** The cells are texts that hold several classes. */
  readonly areSeparated: boolean;
  /** Names of the classes that numbers stand for. */
  readonly classNames?: readonly string[] | undefined;
}

/** Separators of classes in one text; with none of them, spaces. */
const separators = ['|', ';', ','];

/** Classes that an image may have. */
const mostOfOne = 1000;

/** Collects the classes of a column: as many texts are held as differ. */
export function rowLabels({ column, areSeparated, classNames }: RowLabelsOptions): RowLabels {
  const numbers = new Map<string, number>();
  const cells: (string | readonly string[])[] = [];
  return {
    add(cell) {
      const value = Array.isArray(cell)
        ? listOf(cell, classNames)
        : (textOf(cell, classNames) ?? []);
      const key = typeof value === 'string' ? value : `\0${value.join('\0')}`;
      let number = numbers.get(key);
      if (number === undefined) {
        number = cells.push(value) - 1;
        numbers.set(key, number);
      }
      return number;
    },
    finish() {
      const separator = areSeparated ? separatorOf(cells) : undefined;
      const classes = cells.map((value) => {
        if (typeof value !== 'string') return value;
        return separator === undefined ? [value] : split(value, separator);
      });
      return { classes, notes: separatorNotes(column, separator, cells) };
    },
  };
}

function listOf(
  cell: readonly unknown[],
  classNames: readonly string[] | undefined,
): readonly string[] {
  if (cell.length > mostOfOne)
    throw new Error(`has ${cell.length} classes. Expected at most ${mostOfOne}`);
  return [...new Set(cell.flatMap((one) => textOf(one, classNames) ?? []))];
}

/** The class that a value is; undefined of an empty one. */
function textOf(value: unknown, classNames: readonly string[] | undefined): string | undefined {
  if (value === null || value === undefined || value === '') return undefined;
  if (typeof value === 'string') return requireText(value);
  if (classNames !== undefined) return namedClass(value, classNames);
  if (typeof value === 'bigint' || typeof value === 'boolean') return String(value);
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  const what = Array.isArray(value) ? 'a list in a list' : 'no text or number';
  throw new Error(`has ${what} for its class`);
}

/** The class that a number stands for; -1 is no class, as the datasets of Hugging Face have it. */
function namedClass(value: unknown, classNames: readonly string[]): string | undefined {
  const name = classNames[Number(value)];
  if (name !== undefined) return name;
  if (Number(value) === -1) return undefined;
  throw new Error(`has the class ${String(value)}, and there are ${classNames.length} names`);
}

function requireText(value: string): string {
  if (value.length > 1000) throw new Error('has a class of more than 1,000 characters');
  if (/\p{Surrogate}/u.test(value))
    throw new Error('has a class that is no text: half a character');
  return value;
}

function separatorOf(cells: readonly (string | readonly string[])[]): string {
  const holds = (separator: string): boolean =>
    cells.some((cell) => typeof cell === 'string' && cell.includes(separator));
  return separators.find(holds) ?? ' ';
}

function split(value: string, separator: string): readonly string[] {
  const parts = separator === ' ' ? value.split(/\s+/u) : value.split(separator);
  return [...new Set(parts.map((part) => part.trim()).filter((part) => part !== ''))];
}

/** Several classes were read, or a column holds what others separate classes with. */
function separatorNotes(
  column: string,
  separator: string | undefined,
  cells: readonly (string | readonly string[])[],
): readonly DatasetNote[] {
  const texts = cells.filter((cell) => typeof cell === 'string');
  if (separator !== undefined) {
    const example = texts.find((cell) => split(cell, separator).length > 1);
    if (example === undefined) return [];
    const by = separator === ' ' ? 'spaces' : `\`${separator}\``;
    const text = `${shownName(column)} holds several classes of an image, separated by ${by}, such as ${shownName(example)}`;
    return [{ text }];
  }
  const example = texts.find((cell) => /[|;]/u.test(cell));
  if (example === undefined) return [];
  const text =
    `${shownName(column)} holds one class of an image, such as ${shownName(example)}. If these are several, call the column ` +
    '`labels`';
  return [{ text }];
}
