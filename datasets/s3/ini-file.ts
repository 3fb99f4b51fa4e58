/** Sections of an ini file by name, and their settings; those of a nested block are `name.setting`. */
export type IniSections = ReadonlyMap<string, ReadonlyMap<string, string>>;

/**
 * Reads the ini files of AWS: sections, `name = value`, comments, and blocks of indented lines below a name.
 *
 * @throws {Error} When a line is none of these; the message has its number alone, as the line may hold a secret.
 */
export function readIni(text: string): IniSections {
  const sections = new Map<string, Map<string, string>>();
  let section: Map<string, string> | undefined;
  let block = '';
  for (const [at, line] of text.split(/\r?\n/u).entries()) {
    if (/^\s*(?:[#;].*)?$/u.test(line)) continue;
    const title = /^\[\s*(?<name>[^\]]*?)\s*\]\s*(?:[#;].*)?$/u.exec(line)?.groups?.['name'];
    if (title !== undefined) {
      section = sections.get(title) ?? new Map<string, string>();
      sections.set(title, section);
      block = '';
      continue;
    }
    const { indent, name, value } =
      /^(?<indent>\s*)(?<name>[^=\s][^=]*?)\s*=\s*(?<value>.*?)\s*$/u.exec(line)?.groups ?? {};
    if (name === undefined || section === undefined) {
      throw new Error(`line ${at + 1} is no \`name = value\` of a section`);
    }
    if (indent === '') block = value === '' ? `${name.toLowerCase()}.` : '';
    // What follows ` #` or ` ;` is a comment.
    section.set(
      (indent === '' ? '' : block) + name.toLowerCase(),
      value!.replace(/\s[#;].*$/u, ''),
    );
  }
  return sections;
}
