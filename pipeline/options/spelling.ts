/** Spelling of an option in messages, with its value where there is one to give. */
export type Spelling = (key: string, value?: string) => string;

/** As the library has it: `` `batchSize` ``, `` `batchSize: 64` ``. */
export const plainSpelling: Spelling = (key, value) =>
  value === undefined ? `\`${key}\`` : `\`${key}: ${value}\``;

/**
 * A text whose options, `` `batchSize` ``, `` `batchSize: 64` `` or several as `` `shard: 1/2, resume: true` ``, are
 * written in another way. Several are to be given together: `` `--shard 1/2 --resume` ``.
 *
 * @param keys Names that are options; whatever else stands in backticks stays.
 */
export function spelled(text: string, keys: readonly string[], spelling: Spelling): string {
  return text.replaceAll(/`(\w+(?:: [^`]+)?)`/gu, (token: string, inner: string) => {
    const given = inner.split(/, (?=\w+: )/u).map(optionIn);
    if (!given.every(([key]) => keys.includes(key))) return token;
    const words = given.map(([key, value]) => spelling(key, value));
    // One pair of backticks around all of them, to be pasted together.
    return words.length === 1
      ? words[0]!
      : `\`${words.map((word) => word.replaceAll('`', '')).join(words.some(isFlag) ? ' ' : ', ')}\``;
  });
}

function optionIn(text: string): readonly [key: string, value: string | undefined] {
  const [, key = text, value] = /^(\w+)(?:: ([\s\S]+))?$/u.exec(text) ?? [];
  return [key, value];
}

function isFlag(word: string): boolean {
  return word.startsWith('`--');
}
