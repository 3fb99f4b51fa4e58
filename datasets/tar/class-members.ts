/** The kinds of members that name the class of a sample, the surest first. */
export const classKinds = ['cls', 'json', 'txt'] as const;

export type ClassKind = (typeof classKinds)[number];

/** Longest content of a class member that is read, in bytes. */
export const mostClassBytes: number = 2 ** 20;

/** Longest name of a class, in characters. */
const longestClass = 200;

/** Longest text of a `.txt` that may be a class and no caption, in characters. */
const longestText = 64;

/** Fields of a `.json` member that name its class, the first that is there: names go before numbers. */
const fields = [
  'label_name',
  'class_name',
  'label',
  'class',
  'cls',
  'labels',
  'classes',
  'category',
  'categories',
] as const;

/** What a member says of the class: names; none when it says nothing of it; null when what it says is no class. */
export type SaidClasses = readonly string[] | null;

/**
 * Reads what a class member says.
 *
 * - `.cls`: one line of text, such as `7` or `cat`.
 * - `.json`: a field that names the class, or a list of classes; or a number, text or list by itself.
 * - `.txt`: one short line. Whether those are classes or captions only the whole set tells.
 *
 * Numbers are classes by their digits: `7` is the class `7`.
 *
 * @param field The field of a `.json` that names the class. @default the first of the usual ones
 */
export function saidClasses(kind: ClassKind, content: Uint8Array, field?: string): SaidClasses {
  const text = decoded(content);
  if (text === undefined) return null;
  if (kind === 'json') return jsonClasses(text, field);
  const name = classOf(text);
  return name === undefined || (kind === 'txt' && name.length > longestText) ? null : [name];
}

function decoded(content: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(content);
  } catch {
    return undefined;
  }
}

function jsonClasses(text: string, field: string | undefined): SaidClasses {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return namesIn(value);
  const names = field === undefined ? fields : [field];
  const known = names.find((name) => Object.hasOwn(value, name));
  return known === undefined ? [] : namesIn((value as Record<string, unknown>)[known]);
}

function namesIn(value: unknown): SaidClasses {
  if (value === null) return [];
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  const names = values.map(classOf);
  return names.includes(undefined) ? null : [...new Set(names as string[])];
}

/** The name of a class: one line of text, or a whole number. */
function classOf(value: unknown): string | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? String(value) : undefined;
  if (typeof value !== 'string') return undefined;
  const name = value.trim();
  const isName = name !== '' && name.length <= longestClass && !/\p{Cc}/u.test(name);
  return isName ? name : undefined;
}
