import { markup, type Markup } from './markup.ts';
import { withCode } from './with-code.ts';

/** A figure of a page. */
export interface PageFigure {
  /** What is drawn. */
  readonly content: Markup;
  /** What it shows, in a sentence or two; what stands between backticks is code. */
  readonly caption: string | Markup;
  /** Arrow files that are drawn, as the page names them: `a/evaluation/histogram.arrow`. */
  readonly files: readonly string[];
}

/** A figure with its caption, and beneath it the files whose numbers it draws. */
export function pageFigure({ content, caption, files }: PageFigure): Markup {
  return markup`<figure>
${content}
<figcaption>${typeof caption === 'string' ? withCode(caption) : caption}${drawnFrom(files)}</figcaption>
</figure>`;
}

/** The files that numbers come from, to stand behind what they say. */
export function drawnFrom(files: readonly string[]): Markup {
  if (files.length === 0) return markup``;
  const names = files.map((file, at) => markup`${at === 0 ? '' : ', '}<code>${file}</code>`);
  return markup` <span class="files">Drawn from ${{ html: names.map(({ html }) => html).join('') }}.</span>`;
}
