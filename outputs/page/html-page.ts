import { createHash } from 'node:crypto';
import { producer } from '../files/producer.ts';
import { markup, type Markup } from './markup.ts';
import { pageStyle } from './page-style.ts';

/** Content of a self-contained page. */
export interface HtmlPage {
  readonly title: string;
  /** One sentence, for whoever finds the file. */
  readonly description: string;
  /** Stands before `main`, with the heading of the page. */
  readonly header: Markup;
  readonly main: Markup;
  /** Style sheets after that of all pages, in their order. @default none */
  readonly styles?: readonly string[] | undefined;
  /** Classic scripts at the end of the body, in their order. @default none */
  readonly scripts?: readonly string[] | undefined;
  /** Lets scripts ask for more where the page came from: for a page that is served. @default false */
  readonly connects?: boolean | undefined;
}

/** The program in `<meta name="generator">`, before its version, by which pages of ours are known; in the first kilobyte. */
export const generatorName: string = producer.split(' ')[0]!;

/**
 * Self-contained HTML page: it loads nothing from anywhere, and what is not in `styles` and `scripts` neither styles nor runs.
 *
 * Its Content-Security-Policy allows exactly the texts given here, by their SHA-256, and images in `data:` addresses. So
 * attributes `style` and `on…` have no effect: classes and `addEventListener` do their work.
 *
 * @throws {RangeError} When a style sheet or a script holds what would end its element, or what a parser would change.
 */
export function htmlPage(page: HtmlPage): string {
  const { title, description, header, main } = page;
  const styles = [pageStyle, ...(page.styles ?? [])].map((text) => inline(text, 'style'));
  const scripts = (page.scripts ?? []).map((text) => inline(text, 'script'));
  const { html } = markup`<!doctype html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="generator" content="${producer}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="${policy(styles, scripts, page.connects)}">
<title>${title}</title>
<meta name="description" content="${description}">
${styles.map(({ element }) => element)}
</head>
<body>
<header>
${header}
</header>
<main>
${main}
</main>
${scripts.map(({ element }) => element)}
</body>
</html>
`;
  return html;
}

/** An inline element, and the source of a policy that allows it. */
interface Inline {
  readonly element: Markup;
  readonly source: string;
}

function inline(text: string, name: 'style' | 'script'): Inline {
  const wrong = /<\/(?:style|script)|<!--|[\r\0]/iu.exec(text);
  if (wrong !== null) {
    throw new RangeError(
      `Expected a ${name} without \`</style\`, \`</script\`, \`<!--\`, carriage returns and zeros, got ${JSON.stringify(wrong[0])}`,
    );
  }
  const hash = createHash('sha256').update(text).digest('base64');
  return { element: { html: `<${name}>${text}</${name}>` }, source: `'sha256-${hash}'` };
}

function policy(styles: readonly Inline[], scripts: readonly Inline[], connects = false): string {
  const sources = (all: readonly Inline[]): string =>
    [...new Set(all.map(({ source }) => source))].join(' ');
  return [
    `default-src 'none'`,
    'img-src data:',
    `style-src ${sources(styles)}`,
    ...(scripts.length === 0 ? [] : [`script-src ${sources(scripts)}`]),
    ...(connects ? [`connect-src 'self'`] : []),
    `base-uri 'none'`,
    `form-action 'none'`,
  ].join('; ');
}
