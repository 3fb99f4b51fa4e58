/** Spelling of an option in messages, with its value where there is one to give. */
export type Spelling = (key: string, value?: string) => string;

/** As the library has it: `` `batchSize` ``, `` `batchSize: 64` ``. */
export const plainSpelling: Spelling = (key, value) =>
  value === undefined ? `\`${key}\`` : `\`${key}: ${value}\``;

/**
 * A text whose options, `` `batchSize` `` or `` `batchSize: 64` ``, are written in another way.
 *
 * @param keys Names that are options; whatever else stands in backticks stays.
 */
export function spelled(text: string, keys: readonly string[], spelling: Spelling): string {
  return text.replaceAll(
    /`(\w+)(?:: ([^`]+))?`/gu,
    (token: string, key: string, value: string | undefined) =>
      keys.includes(key) ? spelling(key, value) : token,
  );
}
