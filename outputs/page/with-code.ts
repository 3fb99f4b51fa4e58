import { markup, type Markup } from './markup.ts';

const span = /`([^`]*)`/u;

/**
 * Plain text for a page, in which what stands between two backticks is code; everything is escaped. A backtick without a
 * partner stays as it is, and so do two with nothing between them, which stand for an empty text.
 */
export function withCode(text: string): Markup {
  // Every second part is what was between backticks.
  const parts = text.split(span).map((part, at) => {
    if (at % 2 === 0) return markup`${part}`;
    return part === '' ? markup`${'``'}` : markup`<code>${part}</code>`;
  });
  return { html: parts.map(({ html }) => html).join('') };
}
