/** Longest name that a message shows whole, in characters. */
const longestName = 60;

/** Characters that would break a line, or change what a terminal shows. */
// oxlint-disable-next-line no-control-regex -- names of files may hold them
const control = /[\u0000-\u001F\u007F-\u009F\u2028\u2029\u202A-\u202E\u2066-\u2069]/gu;

/** A name of a file or class as one line of a message shows it: in backticks, control characters escaped, cut. */
export function shownName(name: string): string {
  return `\`${cutText(plainText(name), longestName)}\``;
}

/** A name in a list with commas: as it is, or where commas or spaces of its own would part or hide it, as `shownName`. */
export function listedName(name: string): string {
  return /^$|^\s|[,`]|\s$/u.test(name) ? shownName(name) : name;
}

/** A text as one line that a terminal shows and does not obey: control characters and turns of direction are escaped. */
export function plainText(text: string): string {
  return text.replaceAll(control, (character) => {
    const escaped = JSON.stringify(character).slice(1, -1);
    return escaped.startsWith('\\')
      ? escaped
      : `\\u${character.codePointAt(0)!.toString(16).padStart(4, '0')}`;
  });
}

/** Lines as a terminal shows them: each as `plainText`, but for its line ends and tabs. */
export function plainLines(text: string): string {
  return text.replaceAll(/[^\n\t]+/gu, plainText);
}

/** Names of a list, the first few of them, with the number of the rest: `` `a`, `b` and 7 more ``. */
export function shownNames(names: readonly string[], most = 5): string {
  // To count one is no shorter than to name it.
  const shown = names.length === most + 1 ? names : names.slice(0, most);
  return `${shown.map(shownName).join(', ')}${andMore(names.length - shown.length)}`;
}

/** The end of a list that names only its first ones: ` and 7 more`; empty when none is left. */
export function andMore(rest: number): string {
  return rest === 0 ? '' : ` and ${counted(rest)} more`;
}

/** Alternatives: `a`, `a or b`, `a, b or c`. */
export function eitherOf(words: readonly string[]): string {
  return [words.slice(0, -1).join(', '), words.at(-1)].filter(Boolean).join(' or ');
}

/**
 * A count as a message shows it, such as `1,000`, with its unit where there is one: `1 image`, `2 images`. A verb may follow
 * the unit: `counted(count, 'image is', 'images are')`.
 */
export function counted(count: number, one?: string, many = `${one}s`): string {
  const number = count.toLocaleString('en');
  return one === undefined ? number : `${number} ${count === 1 ? one : many}`;
}

/** A text of at most so many characters, the last of them `…` where it goes on. No character is cut in two. */
export function cutText(text: string, most: number): string {
  if (text.length <= most) return text;
  // A prefix is enough: the rest of a long text may be a whole file.
  const characters = Array.from(text.slice(0, 2 * most + 2));
  return characters.length <= most ? text : `${characters.slice(0, most - 1).join('')}…`;
}
