import { type Markup, markup } from '../page/markup.ts';
import type { LayeredSpec } from './chart.ts';
import { chartConfig, chartWidth } from './chart-style.ts';
import { slimSvg } from './slim-svg.ts';

/** What a chart says to who does not see it. */
export interface ChartText {
  /** Its name. */
  readonly title: string;
  /** Its numbers in words. */
  readonly description: string;
}

/**
 * Draws a specification of Vega-Lite as an SVG that stands in a page: no browser is needed.
 *
 * Its colours are those of the page (`var(--ink)`, `var(--c0)` …), so that one drawing serves light and dark. It has no
 * width of its own but a `viewBox`, no style, no script, no link and no id; texts in it are escaped. The same
 * specification gives the same bytes on every machine.
 *
 * @throws {Error} When Vega finds fault with the specification.
 */
export async function chartSvg(
  spec: LayeredSpec,
  { title, description }: ChartText,
): Promise<Markup> {
  // These take a fifth of a second to load: only who draws waits for them.
  const [{ compile }, vega] = await Promise.all([import('vega-lite'), import('vega')]);
  const logger = strictLogger();
  const { spec: compiled } = compile(spec, { config: chartConfig, logger });
  const view = new vega.View(vega.parse(compiled), { renderer: 'none', logger });
  try {
    const { viewBox, content } = slimSvg(await view.toSVG());
    const isWide = Number(viewBox.split(' ')[2]) > chartWidth + 1;
    return markup`<svg class="${isWide ? 'chart wide' : 'chart'}" viewBox="${viewBox}" role="img" aria-label="${title}" font-family="inherit"><title>${title}</title><desc>${description}</desc>${content}</svg>`;
  } finally {
    view.finalize();
  }
}

/** A warning of Vega is a mistake in a specification: nothing is drawn in another way than it says. */
function strictLogger() {
  const refuse = (...words: readonly unknown[]): never => {
    throw new Error(`Vega finds fault with a chart: ${words.map(String).join(' ')}`);
  };
  const logger = {
    level: () => logger,
    error: refuse,
    warn: refuse,
    info: () => logger,
    debug: () => logger,
  };
  return logger;
}
