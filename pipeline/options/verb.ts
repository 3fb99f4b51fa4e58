import { z } from 'zod';
import { nearestWord } from '../../operators/nearest-word.ts';
import { gotten } from './gotten.ts';
import { noteOf, type FieldNote } from './option-fields.ts';
import { wholeSentence } from './whole-sentence.ts';
import { plainSpelling, spelled, type Spelling } from './spelling.ts';
import { UsageError } from './usage-error.ts';

/** Complete options: every one has a value, null where it may be left out and was. */
export type Resolved<T> = { readonly [K in keyof T]-?: Exclude<T[K], undefined> };

/** A field for each option of `T`. */
export type OptionFields<T> = { readonly [K in keyof T]-?: z.ZodType<Resolved<T>[K]> };

/** One option of a verb. */
export interface VerbField extends FieldNote {
  /** Its name in the library, in a configuration file and in `config.json`, such as `batchSize`. */
  readonly key: string;
  /** Its name on the command line, such as `--batch-size`, or `DATA` for a positional argument. */
  readonly flag: string;
  readonly positional: boolean;
  /** Heading that it stands under in help. */
  readonly group: string;
  /** Has no default and must be given. */
  readonly required: boolean;
  /** May be left out where a run that is continued says it. */
  readonly inherits: boolean;
  /** Null when it may be left out; undefined when required. */
  readonly defaultValue: unknown;
}

/** A rule between options, checked when each of them is in its own range. */
export interface OptionRule<T> {
  /** The option that is told to be wrong. */
  readonly option: keyof T & string;
  /** Follows "Expected … to be"; names other options in backticks, by their names in the library. */
  readonly expected: string;
  readonly holds: (options: Resolved<T>) => boolean;
  /** Alternatives to the option: one of them that is given on the command line takes its place, and the other way round. */
  readonly insteadOf?: readonly (keyof T & string)[] | undefined;
}

/** Rule of two alternatives: `option` is absent when `insteadOf` is given. */
export function alternatives<T>(
  option: keyof T & string,
  insteadOf: keyof T & string,
): OptionRule<T> {
  return {
    option,
    expected: `absent when \`${insteadOf}\` is given`,
    holds: (options) => options[option] === null || options[insteadOf] === null,
    insteadOf: [insteadOf],
  };
}

/** From options that were given, by key, to those that stand below them. */
export type Inherited = (
  given: Readonly<Record<string, unknown>>,
) => Readonly<Record<string, unknown>>;

/** A verb of the command line, and the options that its composition takes. */
export interface Verb<T> {
  readonly name: string;
  readonly summary: string;
  readonly fields: readonly VerbField[];
  /** Earlier names of options, each with the name of today. */
  readonly renamed: Readonly<Record<string, string>>;
  /** Pairs of options of which one at most is given. */
  readonly alternatives: readonly (readonly [string, string])[];
  /** Options that stand below those that are given, such as those of a run that is continued. */
  readonly inherited: Inherited;
  /** Resolver: from what was given, by key, to complete options. */
  readonly schema: z.ZodType<Resolved<T>>;
}

/** Definition of a verb. */
export interface VerbDefinition<T> {
  readonly name: string;
  readonly summary: string;
  /** Options that are given without a flag, in their order. @default none */
  readonly positional?: (keyof T & string) | readonly (keyof T & string)[] | undefined;
  readonly fields: OptionFields<T>;
  /** Headings of help, each with the fields that stand under it, in their order. @default one heading for all */
  readonly groups?: Readonly<Record<string, object>> | undefined;
  readonly rules?: readonly OptionRule<T>[] | undefined;
  /** Options that stand below those that are given, and the required ones that may be among them. @default none */
  readonly inherited?: { readonly from: Inherited; readonly keys: readonly (keyof T & string)[] };
  /** Fills in what depends on several options. @default nothing */
  readonly complete?: ((options: Resolved<T>) => Resolved<T>) | undefined;
  /** Earlier names of options, which are refused with the name of today. @default none */
  readonly renamed?: Readonly<Record<string, keyof T & string>> | undefined;
}

/** A verb, with its list of options read off the fields. */
export function defineVerb<T>(definition: VerbDefinition<T>): Verb<T> {
  const { name, summary, fields, positional, rules = [], complete, renamed = {} } = definition;
  const { inherited = { from: () => ({}), keys: [] } } = definition;
  const shape = fields as Readonly<Record<string, z.ZodType>>;
  const { groups = { Options: fields } } = definition;
  const withoutFlag = new Set<unknown>([positional].flat());
  const inGroups = Object.entries(groups).flatMap(([group, members]) =>
    Object.keys(members).map((key) => ({ key, group })),
  );
  let schema = z.strictObject(shape);
  for (const { option, expected, holds } of rules) {
    schema = schema.refine((options) => holds(options as Resolved<T>), {
      path: [option],
      message: expected,
    });
  }
  // There is a field for each option of `T`.
  const resolved = schema.readonly() as unknown as z.ZodType<Resolved<T>>;
  return {
    name,
    summary,
    fields: inGroups.map(({ key, group }) =>
      described(key, shape[key]!, {
        group,
        positional: withoutFlag.has(key),
        inherits: inherited.keys.some((one) => one === key),
      }),
    ),
    renamed,
    inherited: inherited.from,
    alternatives: rules.flatMap(({ option, insteadOf = [] }) =>
      insteadOf.map((other) => [option, other] as const),
    ),
    schema: complete === undefined ? resolved : resolved.transform(complete),
  };
}

function described(
  key: string,
  field: z.ZodType,
  { group, positional, inherits }: Pick<VerbField, 'group' | 'positional' | 'inherits'>,
): VerbField {
  const defaultValue: unknown = field.safeParse(undefined).data;
  return {
    ...noteOf(field),
    key,
    flag: positional ? key.toUpperCase() : flagOf(key),
    positional,
    group,
    required: defaultValue === undefined,
    inherits,
    defaultValue,
  };
}

/**
 * Options of two origins: those of `over` win, also over an alternative to them in `under`, such as `steps` over
 * `epochs`.
 *
 * @param under By key, such as those of a configuration file. @param over By key, such as flags.
 */
export function mergeOptions<T>(
  { alternatives: pairs }: Pick<Verb<T>, 'alternatives'>,
  under: Readonly<Record<string, unknown>>,
  over: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const isGiven = (key: string): boolean => (over[key] ?? false) !== false;
  const replaced = new Set(
    pairs.flatMap(([one, other]) => [
      ...(isGiven(one) ? [other] : []),
      ...(isGiven(other) ? [one] : []),
    ]),
  );
  const kept = Object.entries(under).filter(([key]) => !replaced.has(key));
  return { ...Object.fromEntries(kept), ...over };
}

/**
 * Complete, checked options: what was given over the defaults, as plain JSON. Complete ones stay as they are.
 *
 * @param given Values by key; undefined counts as not given.
 * @param spelling How messages write options. @default by their names in the library
 * @throws {UsageError} With a line for each option that is unknown, missing or out of its domain.
 */
export function resolveOptions<T>(
  verb: Verb<T>,
  given: T | Readonly<Record<string, unknown>>,
  spelling: Spelling = plainSpelling,
): Resolved<T> {
  const values = Object.fromEntries(
    Object.entries(given as Readonly<Record<string, unknown>>).filter(
      ([, value]) => value !== undefined,
    ),
  );
  const complete = mergeOptions(verb, verb.inherited(values), values);
  const parsed = verb.schema.safeParse(complete);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => unknownOption(verb, key, spelling))
      : [wrongValue(verb, issue, complete, spelling)],
  );
  throw new UsageError([...new Set(lines)].join('\n'));
}

function wrongValue<T>(
  verb: Verb<T>,
  issue: z.core.$ZodIssue,
  values: Readonly<Record<string, unknown>>,
  spelling: Spelling,
): string {
  const key = String(issue.path[0]);
  const field = verb.fields.find((one) => one.key === key);
  const value = values[key];
  if (issue.code === 'custom' && issue.params === wholeSentence) {
    return spelled(issue.message, [key], spelling);
  }
  // A rule between options says itself what it expects; a rule of one option is in its note.
  const between =
    issue.code === 'custom' && issue.path.length === 1 && issue.message !== 'Invalid input';
  const expected = between
    ? spelled(issue.message, keysOf(verb), spelling)
    : (field?.expected ?? issue.message);
  const got = gottenOrDefault(field, { value, between });
  const meant =
    typeof value === 'string' && field?.choices?.includes(value) === false
      ? nearestWord(value, field.choices)
      : undefined;
  const hint = meant === undefined ? '' : `; did you mean \`${meant}\`?`;
  return `Expected ${spelling(key)} to be ${expected}, got ${got}${hint}`;
}

/** What was given; of a rule between options it may be the default that does not go with another. */
function gottenOrDefault(
  field: VerbField | undefined,
  { value, between }: { readonly value: unknown; readonly between: boolean },
): string {
  const isDefault = between && value === undefined && (field?.defaultValue ?? null) !== null;
  return isDefault
    ? `the default, ${gotten(undefined, field?.defaultValue)}`
    : gotten(between ? undefined : field?.kind, value);
}

function unknownOption<T>(verb: Verb<T>, key: string, spelling: Spelling): string {
  const renamed = verb.renamed[key];
  if (renamed !== undefined) {
    return `\`${verb.name}\` has no option ${spelling(key)} any more: it is called ${spelling(renamed)} now`;
  }
  const keys = keysOf(verb);
  const meant = nearestWord(key, keys);
  const hint = meant === undefined ? `; it has ${keys.join(', ')}` : `; did you mean \`${meant}\`?`;
  return `\`${verb.name}\` has no option ${spelling(key)}${hint}`;
}

/** Names of the options of a verb, as the library has them. */
export function keysOf<T>({ fields }: Verb<T>): readonly string[] {
  return fields.map(({ key }) => key);
}

/** `batchSize` as `--batch-size`. */
export function flagOf(key: string): string {
  return `--${key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
