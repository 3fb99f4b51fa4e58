/** Characters that a terminal obeys, or that change what it shows: as they are they cannot be copied from it. */
// oxlint-disable-next-line no-control-regex -- names of files may hold them
const unshown = /[\u0000-\u001F\u007F-\u009F\u2028\u2029\u202A-\u202E\u2066-\u2069]/gu;

/**
 * Words as a POSIX shell reads them, each quoted where it holds more than letters, digits and `@%+=:,./_-`.
 *
 * A word with characters that a terminal does not show is written as `$'…'`, with their bytes, which bash, zsh, ksh and
 * busybox read.
 */
export function shellWords(words: readonly string[]): string {
  return words.map(shellWord).join(' ');
}

function shellWord(word: string): string {
  if (word.search(unshown) >= 0) return `$'${escaped(word)}'`;
  if (/^[\w@%+=:,./-]+$/u.test(word)) return word;
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

function escaped(word: string): string {
  // Three octal digits end an escape, whatever stands behind it.
  const octal = (byte: number): string => `\\${byte.toString(8).padStart(3, '0')}`;
  return word
    .replaceAll(/[\\']/gu, String.raw`\$&`)
    .replaceAll(unshown, (character) => Array.from(Buffer.from(character), octal).join(''));
}
