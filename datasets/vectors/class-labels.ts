import type { Cell } from '../tables/table-file.ts';
import { PipelineError } from '../../operators/errors.ts';
import { shownName } from '../../operators/message-words.ts';

/** Labels of rows as classes. */
export interface ClassLabels {
  /** Class names, numbers by size, else in ascending order of UTF-16 code units. */
  readonly classes: readonly string[];
  /** `[rows]` int32 position in `classes`, -1 when unknown. */
  readonly labels: Int32Array;
  readonly notes: readonly string[];
}

/** Texts of a column that are collected row by row. */
export interface LabelCollector {
  /** Adds the cell of a row. @param row For messages, from 0. @throws {PipelineError} `ERR_FORMAT` when it is no class. */
  add(cell: Cell | undefined, row: number): void;
  finish(): ClassLabels;
}

/** Options of `labelCollector`. */
export interface LabelOptions {
  /** Location of the table, for messages. */
  readonly url: string;
  readonly column: string;
  /** Names of the classes that numbers stand for. */
  readonly classNames?: readonly string[] | undefined;
  /** Texts of a file without types: `3.0` of all whole numbers is 3, `True` is `true`. */
  readonly areUntyped: boolean;
  /** Any number is a value: an attribute, not a class. @default false */
  readonly allowsNumbers?: boolean | undefined;
}

/**
 * Collects classes: as many texts are held as differ, and 4 bytes for each row.
 *
 * Null, an empty text, and -1 where numbers have names, are no class. Numbers that are whole are classes by their digits.
 */
export function labelCollector(options: LabelOptions): LabelCollector {
  const numbers = new Map<string, number>();
  let labels = new Int32Array(1024);
  let length = 0;
  return {
    add(cell, row) {
      const text = textOf(cell ?? null, row, options);
      if (length === labels.length) {
        const larger = new Int32Array(2 * length);
        larger.set(labels);
        labels = larger;
      }
      labels[length++] = text === null ? -1 : numberOf(numbers, text);
    },
    finish() {
      const texts = [...numbers.keys()];
      const named = options.areUntyped ? typedTexts(texts, options) : texts;
      const classes = inOrder([...new Set(named.filter((one) => one !== null))]);
      const places = new Map(classes.map((name, at) => [name, at]));
      const final = Int32Array.from(named, (one) => (one === null ? -1 : places.get(one)!));
      const all = labels.subarray(0, length).map((one) => (one < 0 ? -1 : final[one]!));
      return { classes, labels: all, notes: notesOf(classes, options) };
    },
  };
}

function numberOf(numbers: Map<string, number>, text: string): number {
  let number = numbers.get(text);
  if (number === undefined) numbers.set(text, (number = numbers.size));
  return number;
}

function textOf(cell: Cell, row: number, options: LabelOptions): string | null {
  if (cell === null || cell === '') return null;
  if (typeof cell === 'string') return cell;
  if (typeof cell === 'boolean') return String(cell);
  if (typeof cell === 'bigint' || typeof cell === 'number') return numberText(cell, row, options);
  throw notClass(options, `row ${row} has a value that is no text and no number`);
}

function numberText(value: number | bigint, row: number, options: LabelOptions): string | null {
  const { classNames, allowsNumbers = false } = options;
  if (Number.isNaN(value)) return null;
  if (classNames !== undefined) {
    if (Number(value) === -1) return null;
    const name = classNames[Number(value)];
    if (name !== undefined) return name;
    throw notClass(
      options,
      `row ${row} has class ${value}, and there are ${classNames.length} names`,
    );
  }
  const isWhole = typeof value === 'bigint' || Number.isInteger(value);
  // Digits of a large float64 are written out, as its integer would be.
  if (isWhole) return BigInt(value).toString();
  if (allowsNumbers) return String(value);
  throw notClass(options, `row ${row} has ${value}, and classes are whole numbers or texts`);
}

/** Texts of a file without types, as the values that they are where all of them are of one type. */
function typedTexts(texts: readonly string[], options: LabelOptions): readonly (string | null)[] {
  if (texts.every((text) => /^(?:true|false)$/iu.test(text))) {
    return texts.map((text) => text.toLowerCase());
  }
  const isNumber = (text: string): boolean =>
    /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/iu.test(text);
  const isNone = (text: string): boolean => /^nan$/iu.test(text);
  const isFloat = texts.some((text) => isNumber(text) && !/^-?\d+$/u.test(text));
  if (!texts.every((text) => isNumber(text) || isNone(text))) return texts;
  return texts.map((text) => {
    if (isNone(text)) return null;
    return isFloat ? wholeText(text, options) : text;
  });
}

function wholeText(text: string, options: LabelOptions): string {
  const value = Number(text);
  if (Number.isSafeInteger(value)) return BigInt(value).toString();
  if (options.allowsNumbers === true) return text;
  if (/^-?\d+$/u.test(text)) return text;
  throw notClass(options, `it has ${shownName(text)}, and classes are whole numbers or texts`);
}

/** Numbers by size, else code units: whatever order rows have. */
function inOrder(texts: readonly string[]): readonly string[] {
  const areIntegers = texts.every((text) => /^(?:0|-?[1-9]\d{0,300})$/u.test(text));
  if (!areIntegers) return [...texts].sort();
  const sorted = texts.map((text) => BigInt(text));
  sorted.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  return sorted.map(String);
}

function notesOf(
  classes: readonly string[],
  { url, column, allowsNumbers }: LabelOptions,
): string[] {
  const isPlain = allowsNumbers === true || !classes.includes('-1');
  if (isPlain) return [];
  return [`\`${url}\`: -1 in ${shownName(column)} is a class as any other; no class is null`];
}

function notClass({ url, column, allowsNumbers }: LabelOptions, text: string): PipelineError {
  const wayOut =
    allowsNumbers === true
      ? ''
      : '. Choose another column with `?label=COLUMN`, or none with `?label=`';
  return new PipelineError(
    'ERR_FORMAT',
    `Could not read column ${shownName(column)} of \`${url}\`: ${text}${wayOut}`,
    { path: url },
  );
}
