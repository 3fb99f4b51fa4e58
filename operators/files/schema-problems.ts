import type { z } from 'zod';
import { nearestWord } from '../nearest-word.ts';
import { canonicalJson, isObject, type Json } from './json.ts';
import { cutText, eitherOf } from '../message-words.ts';

/** Domains of fields by name, to follow "expected … to be"; those of nested ones as `dataset.count`. */
export type FieldDomains = Readonly<Record<string, string>>;

/**
 * Differences of a value from its schema in words: each field that is wrong, what it is to be, and what it is.
 *
 * @param value What was checked.
 * @param domains What fields are to be, with an example where that is no plain word. Its names are those that a
 * misspelt field is compared with. @default what the schema says by itself
 * @returns Such as "expected `mean` to be three numbers, red first, got nothing".
 */
export function schemaProblems(
  { issues }: z.ZodError,
  value: unknown,
  domains: FieldDomains = {},
): string {
  const texts = issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => unknownField([...issue.path, key], domains))
      : [wrongField(issue, value, domains)],
  );
  return [...new Set(texts)].join('; ');
}

type Path = z.core.$ZodIssue['path'];

function unknownField(path: Path, domains: FieldDomains): string {
  const name = nameOf(path);
  const inside = nameOf(path.slice(0, -1), { indices: false });
  const known = Object.keys(domains).filter(
    (one) => one.split('.').slice(0, -1).join('.') === inside,
  );
  const meant = nearestWord(name, known);
  if (meant !== undefined) return `there is no field \`${name}\`; did you mean \`${meant}\`?`;
  return `there is no field \`${name}\`${known.length === 0 ? '' : `, only ${known.join(', ')}`}`;
}

function wrongField(issue: z.core.$ZodIssue, value: unknown, domains: FieldDomains): string {
  const known = nearestDomain(issue.path, domains);
  const path = known?.path ?? issue.path;
  const what = path.length === 0 ? 'it' : `\`${nameOf(path)}\``;
  const found = valueAt(value, path);
  return `expected ${what} to be ${known?.domain ?? plainDomain(issue)}, got ${shownValue(found)}`;
}

/** The innermost field around a place whose domain is known. */
function nearestDomain(
  path: Path,
  domains: FieldDomains,
): { readonly path: Path; readonly domain: string } | undefined {
  for (let length = path.length; length > 0; length -= 1) {
    const around = path.slice(0, length);
    const domain = domains[nameOf(around, { indices: false })];
    // The number of an element says more than its list.
    if (domain !== undefined && typeof around.at(-1) !== 'number') return { path: around, domain };
  }
  return undefined;
}

const plainWords: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: '`true` or `false`',
  array: 'a list',
  tuple: 'a list',
  object: 'an object',
  record: 'an object',
};

/** What a schema says by itself. */
function plainDomain(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type') return plainWords[issue.expected] ?? issue.expected;
  if (issue.code === 'invalid_value')
    return eitherOf(issue.values.map((one) => `\`${String(one)}\``));
  if (issue.code === 'too_small' && issue.origin !== 'string') return `at least ${issue.minimum}`;
  if (issue.code === 'too_big' && issue.origin !== 'string') return `at most ${issue.maximum}`;
  return `other (${issue.message})`;
}

/** A place as a reader writes it, such as `parts[2].rows`. */
function nameOf(path: Path, { indices = true } = {}): string {
  return path
    .filter((step) => indices || typeof step !== 'number')
    .map((step, at) =>
      typeof step === 'number' ? `[${step}]` : `${at === 0 ? '' : '.'}${String(step)}`,
    )
    .join('');
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((inside, step) => {
    if (Array.isArray(inside)) return inside[Number(step)];
    return isObject(inside) ? inside[String(step)] : undefined;
  }, value);
}

const longestShown = 60;

/** A value of a JSON file as a message shows it: its kind where that is not plain, cut where it is long. */
export function shownValue(value: unknown): string {
  if (value === undefined) return 'nothing';
  return typeof value === 'string'
    ? `the text \`${cutText(value, longestShown)}\``
    : `\`${cutText(canonicalJson(value as Json), longestShown)}\``;
}
