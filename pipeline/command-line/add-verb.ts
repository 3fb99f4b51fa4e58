import { type Command, Option } from 'commander';
import { spelled } from '../options/spelling.ts';
import {
  flagOf,
  keysOf,
  mergeOptions,
  type Resolved,
  resolveOptions,
  type Verb,
  type VerbField,
} from '../options/verb.ts';
import { flagSpelling } from './flag-spelling.ts';
import { readConfigFile } from './read-config-file.ts';

/** Flags that every verb has and that its pipeline never sees. */
export interface CommonFlags {
  readonly config?: string;
  readonly json?: true;
  readonly quiet?: true;
  readonly verbose?: true;
}

/** Runs a verb with its complete options. */
export type PerformVerb<T> = (options: Resolved<T>, flags: CommonFlags) => Promise<void>;

/**
 * A verb as a sub-command of `program`: flags and help from its fields; flags over file over defaults.
 *
 * @throws {UsageError} From its action, when the options cannot be run with.
 */
export function addVerb<T>(program: Command, verb: Verb<T>, perform: PerformVerb<T>): void {
  const command = program.command(verb.name).description(verb.summary).usage(usageOf(verb));
  for (const field of verb.fields) {
    const argument = field.kind === 'texts' ? `[${field.flag}...]` : `[${field.flag}]`;
    if (field.positional) command.argument(argument, `${aboutOf(verb, field)}${choicesOf(field)}`);
    else command.addOption(optionOf(verb, field));
  }
  for (const key of Object.keys(verb.renamed)) {
    command.addOption(new Option(`${flagOf(key)} [value]`).hideHelp());
  }
  command
    .optionsGroup('Common:')
    .option('--config <FILE>', 'Read options from a JSON or YAML file; flags win over it.')
    .option('--json', 'Print one JSON object at the end, and no progress.')
    .option('--quiet', 'Show no progress, opening lines and next steps; warnings and errors stay.')
    .option('--verbose', 'Show where an error comes from.')
    .helpOption('-h, --help', 'Show this help.')
    .action(async (...given: unknown[]) => {
      const flags = command.opts<CommonFlags & Record<string, unknown>>();
      const file = flags.config === undefined ? {} : await readConfigFile(flags.config);
      const typed = typedOptions(verb, { ...flags, ...positionalOf(verb, given) });
      const onCommandLine = flagSpelling(verb);
      const spelling = (key: string, value?: string): string =>
        key in file && !(key in typed)
          ? `\`${key}\` in \`${flags.config}\``
          : onCommandLine(key, value);
      await perform(resolveOptions(verb, mergeOptions(verb, file, typed), spelling), flags);
    });
}

function positionalOf<T>(verb: Verb<T>, given: readonly unknown[]): Record<string, unknown> {
  const fields = verb.fields.filter((one) => one.positional);
  return Object.fromEntries(fields.map(({ key }, at) => [key, given[at]]));
}

/** Options given on the command line, by key; numbers are numbers where they look like some. */
function typedOptions<T>(
  verb: Verb<T>,
  given: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const present = verb.fields.filter(({ key }) => given[key] !== undefined);
  // Earlier names are refused with the others, by the resolver.
  const earlier = Object.keys(verb.renamed).filter((key) => given[key] !== undefined);
  return Object.fromEntries([
    ...present.map((field) => [field.key, typedValue(field, given[field.key])] as const),
    ...earlier.map((key) => [key, given[key]] as const),
  ]);
}

function typedValue({ kind }: VerbField, value: unknown): unknown {
  if (typeof value !== 'string') return value;
  if (kind === 'number') return numberIn(value);
  if (kind === 'texts') return value.split(',').map((part) => part.trim());
  if (kind === 'numbers') return value.split(',').map((part) => numberIn(part.trim()));
  return value;
}

/** The number that a text is, or the text itself, to be refused with the name of its option. */
function numberIn(value: string): unknown {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/iu.test(value) ? Number(value) : value;
}

function optionOf<T>(verb: Verb<T>, field: VerbField): Option {
  const { flag, kind, placeholder, group } = field;
  // Paths hold commas, and a shell makes several words of `*.whl`.
  const more = kind === 'texts' && placeholder === 'PATH' ? '...' : '';
  const value = isLong(field) ? 'NAME' : `${placeholder}${more}`;
  const flags = kind === 'switch' ? flag : `${flag} <${value}>`;
  const option = new Option(flags, `${aboutOf(verb, field)}${remarkOf(field)}`);
  return option.helpGroup(`${group}:`);
}

/** The sentence of an option, with other options as the command line writes them. */
function aboutOf<T>(verb: Verb<T>, { about }: VerbField): string {
  const flags = flagSpelling(verb);
  const bare = (key: string, value?: string): string => flags(key, value).replaceAll('`', '');
  return spelled(about, keysOf(verb), bare);
}

/** Choices that would push every sentence to the right stand behind it. */
function isLong({ placeholder = '' }: VerbField): boolean {
  return placeholder.length > 24;
}

/** The words that an argument takes, where it takes no others; flags show theirs in the place of a value. */
function choicesOf({ choices }: VerbField): string {
  return choices === undefined ? '' : ` (${choices.join(' | ')})`;
}

/** Range and default, as far as the sentence before does not say them. */
function remarkOf(field: VerbField): string {
  const { kind, expected, required, inherits, defaultValue, choices = [] } = field;
  const remarks: string[] = [];
  if (isLong(field)) remarks.push(choices.join(' | '));
  const isPlain =
    expected === 'an integer of at least 1' || expected === 'an integer of at least 0';
  if (kind === 'number' && !isPlain) remarks.push(expected);
  if (required) remarks.push(...(inherits ? [] : ['required']));
  else if (defaultValue !== null && kind !== 'switch') {
    remarks.push(
      `default: ${Array.isArray(defaultValue) ? defaultValue.join(',') : JSON.stringify(defaultValue).replaceAll('"', '')}`,
    );
  }
  return remarks.length === 0 ? '' : ` (${remarks.join('; ')})`;
}

/** Such as `DATA --out PATH [options]`. */
function usageOf<T>({ fields }: Verb<T>): string {
  const required = fields
    .filter((field) => field.required)
    .map((field) => {
      if (!field.positional) return `${field.flag} ${field.placeholder}`;
      return field.kind === 'texts' ? `${field.flag}...` : field.flag;
    });
  return [...required, '[options]'].join(' ');
}
