/** HTML that is safe to stand between tags and in quoted attributes: every text in it is escaped. */
export interface Markup {
  readonly html: string;
}

/** Value in a template of HTML: text, which is escaped, or markup, which is not. */
export type MarkupPart = string | number | Markup | readonly Markup[];

/** Template of HTML: texts that are put into it are escaped, markup stays as it is. */
export function markup(parts: TemplateStringsArray, ...values: readonly MarkupPart[]): Markup {
  const rest = values.map((value, at) => `${htmlOf(value)}${parts[at + 1]!}`);
  return { html: `${parts[0]!}${rest.join('')}` };
}

function htmlOf(value: MarkupPart): string {
  if (typeof value === 'string') return escaped(value);
  if (typeof value === 'number') return String(value);
  return 'html' in value ? value.html : value.map(({ html }) => html).join('\n');
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Characters that HTML does not allow, and those that turn the direction of what is written after them. */
// oxlint-disable-next-line no-control-regex -- names of files may hold them
const unshown = /[\u0000-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069\p{Surrogate}]/gu;

function escaped(text: string): string {
  return text.replaceAll(unshown, '\uFFFD').replaceAll(/[&<>"']/gu, (one) => entities[one]!);
}
