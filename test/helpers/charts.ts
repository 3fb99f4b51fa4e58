import type { Chart } from '../../outputs/charts/chart.ts';
import { chartSvg } from '../../outputs/charts/chart-svg.ts';

/** A chart as SVG, with some words. */
export async function drawnChart({ spec }: Chart): Promise<string> {
  return (await chartSvg(spec, { title: 'A chart', description: 'Of numbers.' })).html;
}

/** Points of the paths of a colour, in units of the plot. */
export function pathsOf(svg: string, stroke: string): readonly (readonly (readonly number[])[])[] {
  const paths = svg.matchAll(/<path [^>]*>/gu);
  return Array.from(paths, ([path]) => path)
    .filter((path) => path.includes(`stroke="${stroke}"`) && /d="M[^A]*"/u.test(path))
    .map((path) => {
      const [, points = ''] = /d="M([^"]*)"/u.exec(path)!;
      return points.split('L').map((point) => point.split(',').map(Number));
    });
}

/** Texts of a drawing, in its order, without its name and description. */
export function textsOf(svg: string): readonly string[] {
  return Array.from(svg.matchAll(/<text[^>]*>([^<]*)<\/text>/gu), ([, text = '']) => text);
}
