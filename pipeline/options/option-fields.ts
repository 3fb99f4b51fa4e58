import { z } from 'zod';
import { areRisingShares } from '../../operators/model/rate-curves.ts';
import { recipeKeyNames } from '../../operators/image/recipe-keys.ts';
import { presetNames, presetOf } from '../../operators/image/recipe-presets.ts';
import { type AugmentationOption, viewRecipe } from '../../operators/image/view-recipe.ts';
import type { ColumnNames } from '../../operators/column-names.ts';
import { messageOf } from '../../operators/errors.ts';
import { parseShard } from '../../outputs/exports/export-shard.ts';
import { eitherOf } from '../../operators/message-words.ts';
import { columnNames, expectedColumns } from './column-field.ts';
import { expectedDuration, secondsOf } from './duration.ts';
import { wholeSentence } from './whole-sentence.ts';

/** Description of an option, for help and for messages. */
export interface FieldNote {
  /** Syntax of its value on the command line. */
  readonly kind: 'text' | 'texts' | 'number' | 'numbers' | 'switch';
  /** Placeholder of the value in help; switches have none. */
  readonly placeholder?: string | undefined;
  /** Its domain, to follow "Expected … to be". */
  readonly expected: string;
  /** One sentence for help. */
  readonly about: string;
  readonly choices?: readonly string[] | undefined;
}

/** Ends of a range of numbers; `above` and `below` are open, `from` and `to` are closed. */
export interface NumberRange {
  readonly above?: number | undefined;
  readonly from?: number | undefined;
  readonly below?: number | undefined;
  readonly to?: number | undefined;
}

const notes = z.registry<FieldNote>();

/** A path of a file or folder, as the user wrote it. */
export function path(about: string): z.ZodString {
  return noted(z.string().min(1), { kind: 'text', placeholder: 'PATH', expected: 'a path', about });
}

/** Paths of files or folders, at least one. */
export function paths(about: string): z.ZodArray<z.ZodString> {
  const expected = 'one or more paths';
  return noted(z.array(z.string().min(1)).min(1), {
    kind: 'texts',
    placeholder: 'PATH',
    expected,
    about,
  });
}

/** Columns of a table or a manifest, by what they hold. */
export function columns(about: string): z.ZodType<ColumnNames> {
  const note = { kind: 'text', placeholder: 'WHAT=COLUMN,…', expected: expectedColumns } as const;
  return noted(columnNames, { ...note, about });
}

/** One of the pieces of a whole, such as `2/8`; the first is number 0. */
export function shard(about: string): z.ZodString {
  const expected = 'a piece of a whole from `0/n` to `(n-1)/n`, such as `2/8`';
  const piece = z.string().refine((value) => parseShard(value) !== undefined);
  return noted(piece, { kind: 'text', placeholder: 'i/n', expected, about });
}

/** Any text that is not empty. `expected` says what it names. */
export function text(expected: string, about: string): z.ZodString {
  return noted(z.string().min(1), { kind: 'text', placeholder: 'NAME', expected, about });
}

/** The name of a folder below another one; `.` is that one itself. */
export function folderName(about: string): z.ZodString {
  const expected = 'the name of a folder, not a path';
  const name = z.string().refine(isFolderName);
  return noted(name, { kind: 'text', placeholder: 'NAME', expected, about });
}

/** Names, at least one, each once. `expected` says what they name. */
export function texts(expected: string, about: string): z.ZodArray<z.ZodString> {
  const list = z
    .array(z.string().min(1))
    .min(1)
    .refine((values) => new Set(values).size === values.length);
  return noted(list, { kind: 'texts', placeholder: 'NAME,NAME', expected, about });
}

/** One of a few words. */
export function choice<const W extends readonly string[]>(
  words: W,
  about: string,
): z.ZodEnum<{ [word in W[number]]: word }> {
  const quoted = words.map((word) => `\`${word}\``);
  const expected = eitherOf(quoted);
  const placeholder = words.join('|');
  return noted(z.enum(words), { kind: 'text', placeholder, expected, about, choices: words });
}

/** A whole number of at least `from`, and of at most `to` where that is given. */
export function integer(from: number, about: string, to?: number): z.ZodInt {
  const expected =
    to === undefined ? `an integer of at least ${from}` : `an integer from ${from} to ${to}`;
  const whole = z.int().min(from);
  const schema = to === undefined ? whole : whole.max(to);
  return noted(schema, { kind: 'number', placeholder: 'N', expected, about });
}

/** A share above 0 and below 1, also where it is written as a text, or the name of a folder. */
export function shareOrFolder(about: string): z.ZodType<number | string> {
  const schema = z.preprocess(
    (value) =>
      typeof value === 'string' && /^\d*\.?\d+(?:e-?\d+)?$/u.test(value) ? Number(value) : value,
    z.custom<number | string>((value) =>
      typeof value === 'number' ? value > 0 && value < 1 : isFolderName(value),
    ),
  );
  const expected = 'a share above 0 and below 1, or the name of a split';
  return noted(schema, { kind: 'text', placeholder: 'SHARE|SPLIT', expected, about });
}

function isFolderName(value: unknown): boolean {
  return typeof value === 'string' && value !== '' && value !== '..' && !/[/\\]/u.test(value);
}

/** One of a few words, or a whole number of at least `from`, also where it is written as a text. */
export function numberOrWord<T extends string | number>(
  words: readonly (T & string)[],
  { from, expected }: { readonly from: number; readonly expected: string },
  about: string,
): z.ZodType<T> {
  const schema = z.preprocess(
    (value) => (typeof value === 'string' && /^\d+$/u.test(value) ? Number(value) : value),
    z.custom<T>((value) => words.some((word) => word === value) || isWhole(value, from)),
  );
  const placeholder = [...words, 'N'].join('|');
  return noted(schema, { kind: 'text', placeholder, expected, about });
}

function isWhole(value: unknown, from: number): boolean {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= from;
}

/** Whole numbers of at least `from`, at least one of them, each once. */
export function integers(from: number, about: string): z.ZodArray<z.ZodInt> {
  const expected = `different integers of at least ${from}, such as \`1,5\``;
  const list = z
    .array(z.int().min(from))
    .min(1)
    .refine((values) => new Set(values).size === values.length);
  return noted(list, { kind: 'numbers', placeholder: 'N,N', expected, about });
}

/** Rising shares of a whole: numbers above 0 and below 1, at least one. */
export function shares(about: string): z.ZodArray<z.ZodNumber> {
  const expected = 'rising numbers above 0 and below 1, such as `0.6,0.75,0.9`';
  const list = z.array(z.number()).min(1).refine(areRisingShares);
  return noted(list, { kind: 'numbers', placeholder: 'X,X', expected, about });
}

/** A finite number in a range. */
export function number(range: NumberRange, about: string): z.ZodNumber {
  const { above, from, below, to } = range;
  const low = above === undefined ? `of at least ${from ?? 0}` : `above ${above}`;
  const high = below === undefined ? ` and at most ${to}` : ` and below ${below}`;
  const expected = `a number ${low}${below === undefined && to === undefined ? '' : high}`;
  let schema = z.number();
  if (above !== undefined) schema = schema.gt(above);
  if (from !== undefined) schema = schema.gte(from);
  if (below !== undefined) schema = schema.lt(below);
  if (to !== undefined) schema = schema.lte(to);
  return noted(schema, { kind: 'number', placeholder: 'X', expected, about });
}

/**
 * A data augmentation: a preset, and what is changed of it. Its sentence and its messages come from the tables of both.
 *
 * @param subject How the sentence begins, such as `Data augmentation`.
 */
export function augmentation(subject: string): z.ZodType<AugmentationOption> {
  const presets = presetNames.map((name) => `\`${name}\` ${presetOf(name).brief}`).join('; ');
  const keys = recipeKeyNames.join(', ');
  const about = `${subject}: ${presets}; with parameters (${keys}), such as \`${augmentationExample}\`.`;
  const schema = z.custom<AugmentationOption>().superRefine((value, context) => {
    const message = augmentationMistake(value);
    if (message === undefined) return;
    context.addIssue({ code: 'custom', message, params: wholeSentence, continue: false });
  });
  const expected = `a preset with parameters, such as \`${augmentationExample}\``;
  return noted(schema, { kind: 'text', placeholder: 'PRESET[,KEY=VALUE]', expected, about });
}

const augmentationExample = 'paper,blur=0.1-2@0.5';

function augmentationMistake(value: AugmentationOption): string | undefined {
  try {
    viewRecipe(value);
    return undefined;
  } catch (error) {
    if (error instanceof RangeError) return messageOf(error);
    throw error;
  }
}

/** A time, such as `30m`. */
export function duration(about: string): z.ZodString {
  const time = z.string().refine((value) => secondsOf(value) !== undefined);
  return noted(time, { kind: 'text', placeholder: 'TIME', expected: expectedDuration, about });
}

/** Boolean flag: on when named, off otherwise. */
export function flag(about: string): z.ZodDefault<z.ZodBoolean> {
  return noted(z.boolean(), { kind: 'switch', expected: '`true` or `false`', about }).default(
    false,
  );
}

/** May be left out; it is null then, so that the resolved options say so in JSON. */
export function optional<S extends z.ZodType>(schema: S): z.ZodDefault<z.ZodNullable<S>> {
  return schema.nullable().default(null);
}

/** The note of an option, also when it has become optional or has got a default. */
export function noteOf(schema: z.ZodType): FieldNote {
  let inner: z.ZodType = schema;
  while (inner instanceof z.ZodDefault || inner instanceof z.ZodNullable) {
    inner = inner.unwrap() as z.ZodType;
  }
  const note = notes.get(inner);
  if (note === undefined) throw new TypeError('Expected an option made by `option-fields.ts`');
  return note;
}

function noted<S extends z.ZodType>(schema: S, note: FieldNote): S {
  notes.add(schema, note);
  return schema;
}
