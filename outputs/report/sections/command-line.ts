import { markup, type Markup } from '../../page/markup.ts';

/** Characters that a shell takes as they are, or that a page cannot show. */
const plain = /^[\w%+,./:=@-]+$/u;
// oxlint-disable-next-line no-control-regex -- names of files may hold them
const unshown = /[\u0000-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069\p{Surrogate}]/u;

/**
 * A command of ours as a shell takes it, words quoted where they need it; undefined where a word holds what a page cannot
 * show, so that nobody copies another one.
 */
export function commandLine(words: readonly string[]): string | undefined {
  if (words.some((word) => unshown.test(word))) return undefined;
  return ['sincere', ...words.map(quoted)].join(' ');
}

function quoted(word: string): string {
  return plain.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

/** What the first word of commands in a page stands for, as a sentence: a page is read where nothing is installed. */
export const calledAs: Markup = markup`<code>sincere</code> stands for <code>npx sincere-embeddings</code>, or in a checkout for <code>npm run -s sincere --</code>.`;
