/** Most names that one location stands for. */
export const mostNames = 100_000;

/**
 * The names that a pattern with braces stands for, in its order, as a shell and the `webdataset` package expand it:
 * `{a,b}`, `{000..999}`, `{0..100..5}`, `{a..c}`, one inside another. Braces that hold neither a comma nor a range, and
 * those without a partner, stand for themselves.
 *
 * @param shown The pattern as messages call it.
 * @throws {RangeError} When they are more than `mostNames`.
 */
export function braceNames(pattern: string, shown: string = pattern): readonly string[] {
  return expanded(pattern, shown);
}

/** Tests whether braces in a pattern stand for something else. */
export function hasBraces(pattern: string): boolean {
  try {
    return firstChoice(pattern) !== undefined;
  } catch {
    // A range of too many.
    return true;
  }
}

interface Choice {
  readonly before: string;
  readonly options: readonly string[];
  readonly after: string;
}

function expanded(text: string, pattern: string): string[] {
  const choice = firstChoice(text, pattern);
  if (choice === undefined) return [text];
  const rests = expanded(choice.after, pattern);
  const heads = choice.options.flatMap((option) => expanded(option, pattern));
  requireBounded(heads.length * rests.length, pattern);
  return heads.flatMap((head) => rests.map((rest) => choice.before + head + rest));
}

function requireBounded(count: number, pattern: string): void {
  if (count <= mostNames) return;
  throw new RangeError(
    `Expected \`${pattern}\` to stand for at most ${mostNames} names, got ${count}`,
  );
}

/** The first braces of a text that are a choice. */
function firstChoice(text: string, pattern = text): Choice | undefined {
  for (let open = text.indexOf('{'); open !== -1; open = text.indexOf('{', open + 1)) {
    const parts = partsFrom(text, open);
    if (parts === undefined) continue;
    const [only] = parts.options;
    const options = parts.options.length > 1 ? parts.options : rangeOf(only!, pattern);
    if (options === undefined) continue;
    return { before: text.slice(0, open), options, after: text.slice(parts.end + 1) };
  }
  return undefined;
}

/** What stands between a brace and its partner, at the commas of its own; undefined without a partner. */
function partsFrom(
  text: string,
  open: number,
): { readonly options: readonly string[]; readonly end: number } | undefined {
  const options: string[] = [];
  let depth = 0;
  let start = open + 1;
  for (let at = open; at < text.length; at += 1) {
    const character = text[at];
    if (character === '{') depth += 1;
    if (character === '}') depth -= 1;
    if ((character === ',' && depth === 1) || depth === 0) {
      options.push(text.slice(start, at));
      start = at + 1;
    }
    if (depth === 0) return { options, end: at };
  }
  return undefined;
}

/** Members of a range such as `000..999`, `1..9..2` or `a..e`. */
function rangeOf(text: string, pattern: string): readonly string[] | undefined {
  const numbers = /^(-?\d{1,15})\.\.(-?\d{1,15})(?:\.\.-?(\d{1,15}))?$/u.exec(text);
  const letters = /^([a-z])\.\.([a-z])(?:\.\.-?(\d{1,15}))?$/iu.exec(text);
  const [, first, last, by] = numbers ?? letters ?? [];
  if (first === undefined || last === undefined) return undefined;
  const valueOf = (end: string): number => (numbers === null ? end.codePointAt(0)! : Number(end));
  const [from, to] = [valueOf(first), valueOf(last)];
  const step = Math.max(1, Number(by ?? 1));
  const count = Math.floor(Math.abs(to - from) / step) + 1;
  requireBounded(count, pattern);
  const isPadded = [first, last].some((end) => /^-?0\d/u.test(end));
  const width = isPadded ? Math.max(first.length, last.length) : 0;
  return Array.from({ length: count }, (_, at) => {
    const value = from + (to < from ? -at : at) * step;
    return numbers === null ? String.fromCodePoint(value) : paddedNumber(value, width);
  });
}

function paddedNumber(value: number, width: number): string {
  const sign = value < 0 ? '-' : '';
  return sign + String(Math.abs(value)).padStart(width - sign.length, '0');
}
