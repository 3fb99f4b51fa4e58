/** Longest name that a message shows whole, in characters. */
const longest = 60;

/** Characters that would break a line, or change what a terminal shows. */
// oxlint-disable-next-line no-control-regex -- names of files may hold them
const control = /[\u0000-\u001F\u007F-\u009F\u2028\u2029\u202A-\u202E\u2066-\u2069]/gu;

/** A name of a file or class as one line of a message shows it: in backticks, control characters escaped, cut. */
export function shownName(name: string): string {
  const plain = name.replaceAll(control, (character) => {
    const escaped = JSON.stringify(character).slice(1, -1);
    return escaped.startsWith('\\')
      ? escaped
      : `\\u${character.codePointAt(0)!.toString(16).padStart(4, '0')}`;
  });
  const characters = Array.from(plain);
  const cut = characters.length > longest ? `${characters.slice(0, longest - 1).join('')}…` : plain;
  return `\`${cut}\``;
}

/** Names of a list, the first few of them, with the number of the rest: `` `a`, `b` and 7 more ``. */
export function shownNames(names: readonly string[], most = 5): string {
  // To count one is no shorter than to name it.
  const shown = names.length === most + 1 ? names : names.slice(0, most);
  const rest = names.length - shown.length;
  return `${shown.map(shownName).join(', ')}${rest === 0 ? '' : ` and ${counted(rest)} more`}`;
}

/** A count as a message shows it, such as `1,000`, with its unit where there is one: `1 image`, `2 images`. */
export function counted(count: number, one?: string, many = `${one}s`): string {
  const number = count.toLocaleString('en');
  return one === undefined ? number : `${number} ${count === 1 ? one : many}`;
}
