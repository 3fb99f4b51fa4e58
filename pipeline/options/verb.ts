import type { z } from 'zod';
import { nearestWord } from '../../operators/nearest-word.ts';
import { noteOf, type FieldNote } from './option-fields.ts';
import { UsageError } from './usage-error.ts';

/** One option of a verb. */
export interface VerbField extends FieldNote {
  /** Its name in a configuration file and in the resolved options, such as `batchSize`. */
  readonly key: string;
  /** Its name on the command line, such as `--batch-size`, or `DATA` for a positional argument. */
  readonly flag: string;
  readonly positional: boolean;
  /** Whether it has no default and must be given. */
  readonly required: boolean;
  /** Null when it may be left out; undefined when required. */
  readonly defaultValue: unknown;
}

/** A verb of the command line, and the options that its pipeline takes. */
export interface Verb<T> {
  readonly name: string;
  readonly summary: string;
  readonly fields: readonly VerbField[];
  /** From what was given, by key, to complete options. */
  readonly schema: z.ZodType<T>;
}

/** A field for each option of `T`. */
export type OptionFields<T> = { readonly [K in keyof T]: z.ZodType<T[K]> };

/** What a verb is made from. */
export interface VerbDefinition<T> {
  readonly name: string;
  readonly summary: string;
  /** Key of the option that is given without a flag. */
  readonly positional?: string | undefined;
  /** Each option by key. */
  readonly fields: z.ZodObject;
  /** `fields` with the rules between options. */
  readonly schema: z.ZodType<T>;
}

/** A verb, with its list of options read off the schema. */
export function defineVerb<T>(definition: VerbDefinition<T>): Verb<T> {
  const { name, summary, positional, fields, schema } = definition;
  const describe = (key: string, field: z.ZodType): VerbField => {
    const isPositional = key === positional;
    const defaultValue: unknown = field.safeParse(undefined).data;
    return {
      ...noteOf(field),
      key,
      flag: isPositional ? key.toUpperCase() : flagOf(key),
      positional: isPositional,
      required: defaultValue === undefined,
      defaultValue,
    };
  };
  const described = Object.entries(fields.shape).map(([key, field]) =>
    describe(key, field as z.ZodType),
  );
  return { name, summary, fields: described, schema };
}

/**
 * Complete, checked options: what was given over the defaults, as plain JSON.
 *
 * @param given Values by key; undefined counts as not given.
 * @param nameOf How to call an option in a message. By default as on the command line.
 * @throws {UsageError} With a line for each option that is unknown, missing or out of its domain.
 */
export function resolveOptions<T>(
  verb: Verb<T>,
  given: Readonly<Record<string, unknown>>,
  nameOf: (key: string) => string = (key) => `\`${fieldOf(verb, key)?.flag ?? key}\``,
): T {
  const values = Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== undefined),
  );
  const parsed = verb.schema.safeParse(values);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => unknownOption(verb, key, nameOf(key)))
      : [wrongValue(verb, issue, values, nameOf)],
  );
  throw new UsageError([...new Set(lines)].join('\n'));
}

function wrongValue<T>(
  verb: Verb<T>,
  issue: z.core.$ZodIssue,
  values: Readonly<Record<string, unknown>>,
  nameOf: (key: string) => string,
): string {
  const key = String(issue.path[0]);
  const field = fieldOf(verb, key);
  const value = values[key];
  // A rule between options says itself what it expects; a rule of one option is in its note.
  const between =
    issue.code === 'custom' && issue.path.length === 1 && issue.message !== 'Invalid input';
  const expected = between ? issue.message : (field?.expected ?? issue.message);
  const got = value === undefined ? 'nothing' : `\`${shown(value)}\``;
  const meant =
    typeof value === 'string' && field?.choices?.includes(value) === false
      ? nearestWord(value, field.choices)
      : undefined;
  const hint = meant === undefined ? '' : `; did you mean \`${meant}\`?`;
  return `Expected ${nameOf(key)} to be ${expected}, got ${got}${hint}`;
}

function unknownOption<T>(verb: Verb<T>, key: string, name: string): string {
  const keys = verb.fields.map((field) => field.key);
  const meant = nearestWord(key, keys);
  const hint = meant === undefined ? `; it has ${keys.join(', ')}` : `; did you mean \`${meant}\`?`;
  return `\`${verb.name}\` has no option ${name}${hint}`;
}

function fieldOf<T>(verb: Verb<T>, key: string): VerbField | undefined {
  return verb.fields.find((field) => field.key === key);
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function flagOf(key: string): string {
  return `--${key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
