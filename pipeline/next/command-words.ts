import type { Verb, VerbField } from '../options/verb.ts';

/** Options of a verb as they may be given to it; null and undefined are not given. */
export type GivenOptions<T> = { readonly [K in keyof T]?: T[K] | null | undefined };

/**
 * Words of a command line that gives these options: the verb, its positional arguments, and flags in the order of `given`.
 * What equals a default is left out.
 *
 * @returns Undefined when one of them cannot be written on a command line, such as a class whose name holds a comma.
 */
export function commandWords<T>(
  { name, fields }: Verb<T>,
  given: GivenOptions<NoInfer<T>>,
): readonly string[] | undefined {
  const arguments_: string[] = [];
  const flags: string[] = [];
  for (const [key, value] of Object.entries(given)) {
    const field = fields.find((one) => one.key === key);
    if (field === undefined) throw new TypeError(`\`${name}\` has no option \`${key}\``);
    if (isDefault(field, value)) continue;
    const values = valuesOf(field, value);
    if (values === undefined) return undefined;
    if (field.positional) arguments_.push(...values);
    else flags.push(...flagWords(field, values));
  }
  // Behind `--` nothing is taken for a flag.
  return arguments_.some((word) => word.startsWith('-'))
    ? [name, ...flags, '--', ...arguments_]
    : [name, ...arguments_, ...flags];
}

function isDefault({ defaultValue, required }: VerbField, value: unknown): boolean {
  if (value === undefined || value === null) return true;
  return !required && JSON.stringify(value) === JSON.stringify(defaultValue);
}

function flagWords({ flag, kind }: VerbField, values: readonly string[]): readonly string[] {
  if (kind === 'switch') return [flag];
  const [first = ''] = values;
  return values.length === 1 && first.startsWith('-') ? [`${flag}=${first}`] : [flag, ...values];
}

/** The words of a value; undefined when it has none. */
function valuesOf(field: VerbField, value: unknown): readonly string[] | undefined {
  if (typeof value === 'boolean') return value && field.kind === 'switch' ? [] : undefined;
  if (Array.isArray(value)) return listOf(field, value.map(String));
  // An augmentation that is an object, as configuration files have it, is no text.
  if (typeof value === 'object' && value !== null) {
    return field.key === 'columns' ? pairsOf(value) : undefined;
  }
  return [String(value)];
}

/** A list: paths as a word each, everything else in one word with commas between. */
function listOf(
  { placeholder, positional }: VerbField,
  values: readonly string[],
): readonly string[] | undefined {
  if (positional || placeholder === 'PATH') return values;
  return values.every(isPlainIn) ? [values.join(',')] : undefined;
}

function pairsOf(value: object): readonly string[] | undefined {
  const pairs = Object.entries(value).map(([what, column]) => [what, String(column)] as const);
  return pairs.every(([, column]) => isPlainIn(column))
    ? [pairs.map((pair) => pair.join('=')).join(',')]
    : undefined;
}

/** Tests whether a value is read back from a list with commas as it was. */
function isPlainIn(value: string): boolean {
  return !value.includes(',') && value.trim() === value;
}
